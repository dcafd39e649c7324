// SPDX-License-Identifier: Apache-2.0

use serde::Deserialize;

use super::Peeled;
use crate::logs::format::rfc3339;
use crate::logs::line::Wrapper;

#[derive(Deserialize)]
struct Entry {
    log: String,
    time: Option<String>,
}

/// `{"log":"…\n","stream":"stderr","time":"2026-11-22T07:32:27.1Z"}`; a line over 16 KiB is
/// split, and only its last part ends with a line feed.
pub(super) fn peel(line: &str) -> Option<Peeled<'_>> {
    if !line.starts_with(r#"{"log":"#) {
        return None;
    }
    let entry: Entry = serde_json::from_str(line).ok()?;
    let complete = entry.log.strip_suffix('\n').map(str::to_owned);
    let partial = complete.is_none();
    Some(Peeled {
        time: entry.time.as_deref().and_then(rfc3339),
        partial,
        ..Peeled::new(Wrapper::DockerJson, complete.unwrap_or(entry.log))
    })
}
