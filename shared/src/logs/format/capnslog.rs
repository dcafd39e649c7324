// SPDX-License-Identifier: Apache-2.0

use super::parse::Parsed;
use super::time::without_zone;
use crate::logs::line::{Format, Level};

/// `2021-07-30 06:56:50.766417 E | rafthttp: request cluster ID mismatch …`
pub(super) fn parse(line: &str) -> Option<Parsed> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (head, body) = line.split_once(" | ")?;
    let mut words = head.split(' ');
    let (date, time, letter) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let level = match letter {
        "C" => Level::Fatal,
        "E" => Level::Error,
        "W" => Level::Warning,
        "N" => Level::Notice,
        "I" => Level::Info,
        "D" | "T" => Level::Debug,
        _ => return None,
    };
    let time = without_zone(date, time)?;
    let (source, message) = match body.split_once(": ") {
        Some((package, message)) if !package.contains(' ') => (Some(package.to_owned()), message),
        _ => (None, body),
    };
    Some(Parsed {
        time: Some(time),
        level: Some(level),
        source,
        ..Parsed::new(Format::Capnslog, message)
    })
}
