// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value};

use super::parse::Parsed;
use super::time::rfc3339;
use super::zap_json;
use crate::logs::line::Format;

/// `<time>\t<level>\t[<logger>\t]<caller>\t<message>[\t<fields as JSON>]`
pub(super) fn parse(line: &str) -> Option<Parsed> {
    let mut parts = line.split('\t');
    let time = rfc3339(parts.next()?)?;
    let level = zap_json::level(parts.next()?)?;
    let mut rest: Vec<&str> = parts.collect();
    let fields = rest
        .last()
        .filter(|last| last.starts_with('{'))
        .and_then(|last| serde_json::from_str::<Map<String, Value>>(last).ok());
    if fields.is_some() {
        rest.pop();
    }
    let caller = rest.iter().position(|part| is_caller(part));
    let message = match caller {
        Some(at) => rest.get(at + 1..).unwrap_or_default().join(" "),
        None => rest.join(" "),
    };
    Some(Parsed {
        time: Some(time),
        level: Some(level),
        source: caller
            .and_then(|at| rest.get(at))
            .map(|part| (*part).to_owned()),
        fields: fields.map(zap_json::fields).unwrap_or_default(),
        ..Parsed::new(Format::ZapConsole, &message)
    })
}

/// Whether `part` is a source file with a line number.
fn is_caller(part: &str) -> bool {
    part.rsplit_once(".go:").is_some_and(|(file, number)| {
        !file.contains(' ') && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}
