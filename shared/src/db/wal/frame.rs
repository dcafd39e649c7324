// SPDX-License-Identifier: Apache-2.0

use std::io;

use prost::Message as _;

use super::record::Record;
use crate::db::source::Source;
use crate::db::window::Window;

/// Bytes of the length field before each record.
pub(crate) const LENGTH_BYTES: u64 = 8;
/// Records longer than this are not read; etcd 3.4 allows 10 MiB, and a request is 1.5 MiB.
const MAX_RECORD_BYTES: u64 = 64 * 1024 * 1024;
/// A write tears at the boundaries of sectors.
const SECTOR_BYTES: u64 = 512;

/// What stands at an offset of a segment.
#[derive(Debug)]
pub(crate) enum Frame {
    /// A record, and where the next one begins.
    Record(Record, u64),
    /// The end: of the file, or of what has been written of it.
    End,
    /// A length that cannot be.
    TooLong { bytes: u64, left: u64 },
    /// The file ends within the record.
    Short,
    /// Bytes that are no record. `is_torn` when a whole sector of them is zero.
    Garbage { is_torn: bool },
    /// The operating system could not read.
    Unreadable(io::Error),
}

/// Reads the frame at `offset`: a little-endian length whose top byte tells the padding, then
/// the record, padded to 8 bytes (`wal/encoder.go`).
pub(crate) fn frame_at<S: Source + ?Sized>(window: &mut Window<'_, S>, offset: u64) -> Frame {
    let file_bytes = window.source().len();
    let left = file_bytes.saturating_sub(offset);
    if left == 0 {
        return Frame::End;
    }
    if left < LENGTH_BYTES {
        return Frame::Short;
    }
    let field = match window.read(offset, 8) {
        Ok(bytes) => bytes.try_into().map_or(0, u64::from_le_bytes),
        Err(error) => return Frame::Unreadable(error),
    };
    if field == 0 {
        return Frame::End;
    }
    let bytes = field & 0x00ff_ffff_ffff_ffff;
    let padding = if field >> 63 == 1 {
        field >> 56 & 0x7
    } else {
        0
    };
    let left = left - LENGTH_BYTES;
    if bytes + padding > left || bytes > MAX_RECORD_BYTES {
        return Frame::TooLong { bytes, left };
    }
    let start = offset + LENGTH_BYTES;
    let whole = usize::try_from(bytes + padding).unwrap_or(usize::MAX);
    match window.read(start, whole) {
        Err(error) => Frame::Unreadable(error),
        Ok(data) => {
            let body = data
                .get(..usize::try_from(bytes).unwrap_or(0))
                .unwrap_or_default();
            match Record::decode(body) {
                Ok(record) => Frame::Record(record, start + bytes + padding),
                Err(_) => Frame::Garbage {
                    is_torn: has_zero_sector(start, data),
                },
            }
        }
    }
}

/// Whether the bytes of the record at `offset` hold a sector that was never written.
pub(crate) fn is_torn<S: Source + ?Sized>(
    window: &mut Window<'_, S>,
    offset: u64,
    next: u64,
) -> bool {
    let start = offset + LENGTH_BYTES;
    let bytes = usize::try_from(next.saturating_sub(start)).unwrap_or(0);
    window
        .read(start, bytes)
        .is_ok_and(|data| has_zero_sector(start, data))
}

fn has_zero_sector(start: u64, data: &[u8]) -> bool {
    let first = usize::try_from(SECTOR_BYTES - start % SECTOR_BYTES)
        .unwrap_or(0)
        .min(data.len());
    let (head, rest) = data.split_at(first);
    std::iter::once(head)
        .chain(rest.chunks(512))
        .any(|sector| !sector.is_empty() && sector.iter().all(|&byte| byte == 0))
}
