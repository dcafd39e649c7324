// SPDX-License-Identifier: Apache-2.0

use super::Peeled;
use crate::logs::line::Wrapper;

/// k0s prints the lines of all its components through logrus:
/// `time="2026-11-22 07:32:27" level=info msg="{\"level\":\"warn\",…}" component=etcd`.
pub(super) fn peel(line: &str) -> Option<Peeled<'_>> {
    let rest = line.strip_prefix("time=\"")?;
    let (_time, rest) = rest.split_once("\" level=")?;
    let (_level, rest) = rest.split_once(" msg=")?;
    let (message, rest) = value(rest)?;
    let component = rest
        .split(' ')
        .find_map(|pair| pair.strip_prefix("component="))
        .map(|c| c.trim_matches('"'));
    Some(Peeled {
        foreign: component.is_some_and(|component| component != "etcd"),
        ..Peeled::new(Wrapper::K0s, message)
    })
}

/// A value, quoted with Go's escapes or bare, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(' ').unwrap_or((text, ""));
        return Some((value.to_owned(), rest));
    };
    let mut out = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, quoted.get(at + 1..).unwrap_or_default())),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}
