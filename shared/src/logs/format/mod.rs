// SPDX-License-Identifier: Apache-2.0

//! The formats a line can be written in: one file each and the list below.

mod capnslog;
mod go_crash;
mod go_log;
mod parse;
mod time;
mod zap_console;
mod zap_json;

pub use parse::parse_line;
pub(crate) use parse::{Parsed, parse_unwrapped};
pub(crate) use time::rfc3339;

/// Every format, tried in this order; what none knows is plain text.
const FORMATS: &[fn(&str) -> Option<Parsed>] = &[
    zap_json::parse,
    capnslog::parse,
    zap_console::parse,
    go_log::parse,
    go_crash::parse,
];
