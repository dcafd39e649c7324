// SPDX-License-Identifier: Apache-2.0

use super::parse::Parsed;
use super::time::without_zone;
use crate::logs::line::{Format, Level};

/// Words Go programs put before or behind the time.
const LEVELS: &[(&str, Level)] = &[
    ("DEBUG", Level::Debug),
    ("INFO", Level::Info),
    ("WARN", Level::Warning),
    ("WARNING", Level::Warning),
    ("ERROR", Level::Error),
    ("FATAL", Level::Fatal),
    ("PANIC", Level::Panic),
];

/// Go's log package, in the three shapes that etcd's log has:
/// `raft2026/11/22 07:32:27 INFO: …` (3.4's raft), `WARNING: 2026/11/22 10:14:32 [core] …`
/// (gRPC) and `2026/11/22 10:14:32 http: …` (net/http).
pub(super) fn parse(line: &str) -> Option<Parsed> {
    let (level, rest) = take_level(line);
    let digits = rest.find(|c: char| c.is_ascii_digit())?;
    let (prefix, rest) = rest.split_at(digits);
    if !prefix.chars().all(|c| c.is_ascii_lowercase()) {
        return None;
    }
    let mut parts = rest.splitn(3, ' ');
    let (date, time, message) = (parts.next()?, parts.next()?, parts.next()?);
    if date.split('/').count() != 3 {
        return None;
    }
    let time = without_zone(date, time)?;
    let (inner, message) = take_level(message);
    Some(Parsed {
        time: Some(time),
        level: level.or(inner),
        source: (!prefix.is_empty()).then(|| prefix.to_owned()),
        ..Parsed::new(Format::GoLog, message)
    })
}

fn take_level(text: &str) -> (Option<Level>, &str) {
    for (word, level) in LEVELS {
        if let Some(rest) = text
            .strip_prefix(word)
            .and_then(|rest| rest.strip_prefix(": "))
        {
            return (Some(*level), rest);
        }
    }
    (None, text)
}
