// SPDX-License-Identifier: Apache-2.0

//! Just enough of etcd's write-ahead log to damage it in a chosen place.
//! Layout: etcd `server/wal/encoder.go`: a little-endian i64 length field (its top byte says how
//! many bytes of padding follow when its sign bit is set), then the record, then the padding.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use crate::error::{LabError, Result};
use crate::node::Node;

/// The node's newest segment, on the host.
pub(super) fn newest_segment(node: &Node) -> Result<PathBuf> {
    let folder = node.data_dir().join("member/wal");
    fs::read_dir(&folder)
        .map_err(LabError::file("read", &folder))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wal"))
        .max()
        .ok_or_else(|| LabError::value(format!("no segment in \"{}\"", folder.display())))
}

/// Where the records lie in a segment, without their length fields and padding.
pub(super) fn records(bytes: &[u8]) -> Vec<Range<usize>> {
    const LENGTH: u64 = 0x00FF_FFFF_FFFF_FFFF;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(field) = bytes
        .get(at..at + 8)
        .and_then(|field| field.try_into().ok())
    {
        let field = u64::from_le_bytes(field);
        if field == 0 {
            break;
        }
        let length = usize::try_from(field & LENGTH).unwrap_or(usize::MAX);
        let padding = if field >> 63 == 1 {
            (field >> 56 & 7) as usize
        } else {
            0
        };
        let start = at + 8;
        let Some(end) = start.checked_add(length).filter(|end| *end <= bytes.len()) else {
            break;
        };
        found.push(start..end);
        at = end + padding;
    }
    found
}
