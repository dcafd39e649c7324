// SPDX-License-Identifier: Apache-2.0

use std::io;

use prost::Message;
use serde::Serialize;

use super::filefault::{FileFault, FileFaultKind};
use super::identity::ConfState;
use super::source::Source;
use super::wal::ConfStateMessage;
use super::window::Window;

/// Bytes hashed at a time.
const CHUNK_BYTES: u64 = 1024 * 1024;
/// The metadata is some hundred bytes.
const MAX_METADATA_BYTES: u64 = 1024 * 1024;

/// A raft snapshot `member/snap/<term>-<index>.snap`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaftSnapshot {
    /// The file name.
    pub name: String,
    /// The entry it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The term of that entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// Who voted then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conf_state: Option<ConfState>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FileFault>,
}

/// `raftpb.SnapshotMetadata`.
#[derive(Clone, PartialEq, Eq, Message)]
struct Metadata {
    #[prost(message, optional, tag = "1")]
    conf_state: Option<ConfStateMessage>,
    #[prost(uint64, tag = "2")]
    index: u64,
    #[prost(uint64, tag = "3")]
    term: u64,
}

/// A length-delimited or number field of a protobuf message inside a file.
enum Field {
    Number(u64),
    Bytes { at: u64, bytes: u64 },
}

/// Reads a raft snapshot named `name`: `snappb.Snapshot{crc, data}` around
/// `raftpb.Snapshot{data, metadata}`. The v2 store inside is not decoded.
pub(crate) fn read_snapshot<S: Source + ?Sized>(name: &str, source: &S) -> RaftSnapshot {
    let mut snapshot = RaftSnapshot {
        name: name.to_owned(),
        index: None,
        term: None,
        conf_state: None,
        fault: None,
    };
    let says = [
        "snap: crc mismatch",
        "crc mismatch",
        "failed to read a snap file",
    ];
    match read(source) {
        Ok(Read::Sound(metadata)) => {
            let conf = metadata.conf_state.unwrap_or_default();
            let ids = |ids: Vec<u64>| ids.into_iter().map(|id| format!("{id:x}")).collect();
            snapshot.index = Some(metadata.index);
            snapshot.term = Some(metadata.term);
            snapshot.conf_state = Some(ConfState {
                voters: ids(conf.voters),
                learners: ids(conf.learners),
            });
            let (term, index) = (metadata.term, metadata.index);
            if name != format!("{term:016x}-{index:016x}.snap") {
                let kind = FileFaultKind::SnapshotName { index, term };
                snapshot.fault = Some(FileFault::new(kind).of(name));
            }
        }
        Ok(Read::Crc { stored, computed }) => {
            let kind = FileFaultKind::SnapshotCrc { stored, computed };
            snapshot.fault = Some(FileFault::new(kind).of(name).says(&says));
        }
        Ok(Read::Broken(why)) => {
            let kind = FileFaultKind::SnapshotBroken {
                why: why.to_owned(),
            };
            let says = [
                "failed to read a snap file",
                "snap: empty snapshot",
                "unexpected EOF",
            ];
            snapshot.fault = Some(FileFault::new(kind).of(name).says(&says));
        }
        Err(error) => {
            let kind = FileFaultKind::Unreadable {
                error: error.to_string(),
            };
            snapshot.fault = Some(FileFault::new(kind).of(name));
        }
    }
    snapshot
}

enum Read {
    Sound(Metadata),
    Crc { stored: u32, computed: u32 },
    Broken(&'static str),
}

fn read<S: Source + ?Sized>(source: &S) -> io::Result<Read> {
    let mut window = Window::new(source);
    if source.is_empty() {
        return Ok(Read::Broken("it is empty"));
    }
    let Some(outer) = fields(&mut window, 0, source.len())? else {
        return Ok(Read::Broken("it is no protobuf message"));
    };
    let mut stored = None;
    let mut data = None;
    for (number, field) in outer {
        match (number, field) {
            (1, Field::Number(crc)) => stored = u32::try_from(crc).ok(),
            (2, Field::Bytes { at, bytes }) => data = Some((at, bytes)),
            _ => {}
        }
    }
    let (Some(stored), Some((at, bytes))) = (stored, data) else {
        return Ok(Read::Broken("checksum or data is missing"));
    };
    let mut computed = 0;
    let mut done = 0;
    while done < bytes {
        let chunk = (bytes - done).min(CHUNK_BYTES);
        let part = window.read(at + done, usize::try_from(chunk).unwrap_or(0))?;
        computed = crc32c::crc32c_append(computed, part);
        done += chunk;
    }
    if computed != stored {
        return Ok(Read::Crc { stored, computed });
    }
    let Some(inner) = fields(&mut window, at, at + bytes)? else {
        return Ok(Read::Broken("its content is no protobuf message"));
    };
    for (number, field) in inner {
        if let (2, Field::Bytes { at, bytes }) = (number, field)
            && bytes <= MAX_METADATA_BYTES
        {
            let part = window.read(at, usize::try_from(bytes).unwrap_or(0))?;
            return Ok(Metadata::decode(part)
                .map_or(Read::Broken("its metadata cannot be decoded"), Read::Sound));
        }
    }
    Ok(Read::Broken("its metadata is missing"))
}

/// The fields of the message in `from..to`; `None` when it is none. At most some dozens.
fn fields<S: Source + ?Sized>(
    window: &mut Window<'_, S>,
    from: u64,
    to: u64,
) -> io::Result<Option<Vec<(u64, Field)>>> {
    let mut fields = Vec::new();
    let mut at = from;
    while at < to {
        let Some((tag, next)) = varint(window, at, to)? else {
            return Ok(None);
        };
        let Some((number, next)) = varint(window, next, to)? else {
            return Ok(None);
        };
        match tag & 7 {
            0 => {
                fields.push((tag >> 3, Field::Number(number)));
                at = next;
            }
            2 if number <= to - next => {
                fields.push((
                    tag >> 3,
                    Field::Bytes {
                        at: next,
                        bytes: number,
                    },
                ));
                at = next + number;
            }
            _ => return Ok(None),
        }
        if fields.len() > 64 {
            return Ok(None);
        }
    }
    Ok(Some(fields))
}

fn varint<S: Source + ?Sized>(
    window: &mut Window<'_, S>,
    at: u64,
    to: u64,
) -> io::Result<Option<(u64, u64)>> {
    let bytes = window.read(at, usize::try_from((to - at).min(10)).unwrap_or(0))?;
    let mut number = 0u64;
    for (place, byte) in (0u64..).zip(bytes) {
        number |= u64::from(byte & 0x7f) << (place * 7).min(63);
        if byte & 0x80 == 0 {
            return Ok(Some((number, at + place + 1)));
        }
    }
    Ok(None)
}
