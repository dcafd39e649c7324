// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::FORMATS;
use crate::logs::line::{Format, Level, LogLine, Wrapper};
use crate::logs::wrapper::unwrap_line;

/// What a format found in a line.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) time: Option<Timestamp>,
    pub(crate) level: Option<Level>,
    pub(crate) source: Option<String>,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) format: Format,
}

impl Parsed {
    /// A line of `format` with nothing but a message.
    pub(crate) fn new(format: Format, message: &str) -> Self {
        Self {
            time: None,
            level: None,
            source: None,
            message: message.to_owned(),
            fields: BTreeMap::new(),
            format,
        }
    }
}

/// Takes one line (any bytes, without its line feed) apart: wrappers first, then the format.
pub fn parse_line(raw: &[u8]) -> LogLine {
    let text = String::from_utf8_lossy(raw);
    let text = text.trim_end_matches(['\r', '\n']);
    let unwrapped = unwrap_line(text);
    parse_unwrapped(text, &unwrapped.text, unwrapped.wrapper, unwrapped.time)
}

/// Takes `inner` apart, which stood in `raw` inside `wrapper`.
pub(crate) fn parse_unwrapped(
    raw: &str,
    inner: &str,
    wrapper: Option<Wrapper>,
    wrapper_time: Option<Timestamp>,
) -> LogLine {
    let inner = inner.trim_end_matches(['\r', '\n']);
    let parsed = FORMATS
        .iter()
        .find_map(|parse| parse(inner))
        .unwrap_or_else(|| Parsed::new(Format::Plain, inner));
    LogLine {
        raw: raw.to_owned(),
        // The wrapper's clock is the host's and has a zone: it wins.
        time: wrapper_time.or(parsed.time),
        level: parsed.level,
        source: parsed.source,
        message: parsed.message,
        fields: parsed.fields,
        format: parsed.format,
        wrapper,
    }
}
