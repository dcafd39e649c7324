// SPDX-License-Identifier: Apache-2.0

use super::Peeled;
use crate::logs::format::rfc3339;
use crate::logs::line::Wrapper;

/// `2026-11-22T07:32:27.123456789Z stderr F <line>`; the tag `P` marks a part of a line.
pub(super) fn peel(line: &str) -> Option<Peeled<'_>> {
    let mut parts = line.splitn(4, ' ');
    let (time, stream, tags) = (parts.next()?, parts.next()?, parts.next()?);
    if !matches!(stream, "stderr" | "stdout") {
        return None;
    }
    let partial = match tags.split(':').next()? {
        "F" => false,
        "P" => true,
        _ => return None,
    };
    let time = rfc3339(time)?;
    Some(Peeled {
        time: Some(time),
        partial,
        ..Peeled::new(Wrapper::Cri, parts.next().unwrap_or_default())
    })
}
