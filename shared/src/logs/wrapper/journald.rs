// SPDX-License-Identifier: Apache-2.0

use super::Peeled;
use crate::logs::format::rfc3339;
use crate::logs::line::Wrapper;

const MONTHS: &[&str] = &[
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `Nov 22 07:32:27 host etcd[123]: <line>` or `2026-11-22T07:32:27+0000 host etcd[123]: <line>`
/// (`-o short-iso`). The usual form has no year, so its time is not used.
pub(super) fn peel(line: &str) -> Option<Peeled<'_>> {
    let (time, rest) = match line.get(..16) {
        Some(stamp) if is_short_stamp(stamp) => (None, line.get(16..)?),
        _ => {
            let (stamp, rest) = line.split_once(' ')?;
            (Some(rfc3339(stamp)?), rest)
        }
    };
    let (host, rest) = rest.split_once(' ')?;
    let (tag, text) = rest.split_once(": ")?;
    // `docker logs --timestamps` begins with a time too, but no host and process follow it.
    if host.contains([':', '{', '[']) || time.is_some() && !tag.ends_with(']') {
        return None;
    }
    // The tag is a program, with its process id in brackets or without.
    let program = tag
        .strip_suffix(']')
        .and_then(|tag| tag.split_once('['))
        .map_or(tag, |(p, _)| p);
    if program.is_empty() || program.contains(char::is_whitespace) {
        return None;
    }
    let foreign = matches!(
        program,
        "kernel" | "systemd" | "sshd" | "dockerd" | "kubelet" | "containerd"
    );
    Some(Peeled {
        time,
        foreign: foreign && !text.contains("(etcd)"),
        ..Peeled::new(Wrapper::Journald, text)
    })
}

/// `Nov 22 07:32:27 ` (the day padded with a blank).
fn is_short_stamp(stamp: &str) -> bool {
    let bytes = stamp.as_bytes();
    MONTHS.iter().any(|month| stamp.starts_with(month))
        && bytes.iter().enumerate().skip(3).all(|(at, byte)| match at {
            3 | 6 | 15 => *byte == b' ',
            4 => *byte == b' ' || byte.is_ascii_digit(),
            9 | 12 => *byte == b':',
            _ => byte.is_ascii_digit(),
        })
}
