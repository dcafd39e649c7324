// SPDX-License-Identifier: Apache-2.0

use prost::Message as _;

use super::frame::{Frame, frame_at, is_torn};
use super::identity::{WalIdentity, parse_metadata};
use super::record::{Entry, Record, RecordKind, SnapshotRecord, State};
use super::report::{EntryPosition, HardState, SegmentReport};
use crate::db::filefault::{FileFault, FileFaultKind};
use crate::db::source::Source;
use crate::db::window::Window;

/// Snapshots of the log kept; it forgets old ones with its segments.
const MAX_SNAPSHOTS: usize = 4096;
/// Gaps kept to be judged at the end.
const MAX_GAPS: usize = 64;
/// Bytes etcd reserves for a segment.
const SEGMENT_BYTES: u64 = 64 * 1000 * 1000;
/// etcd 3.4 takes no longer record; later ones take any that fits the file.
const USUAL_RECORD_BYTES: u64 = 10 * 1024 * 1024;
/// Bytes looked at behind the end of the log.
const BEHIND_BYTES: u64 = 4096;

/// Reads segments one after the other, as etcd's decoder does.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    crc: u32,
    metadata: Option<Vec<u8>>,
    pub(crate) identity: Option<WalIdentity>,
    pub(crate) state: Option<HardState>,
    pub(crate) first: Option<EntryPosition>,
    pub(crate) last: Option<EntryPosition>,
    pub(crate) snapshots: Vec<EntryPosition>,
    pub(crate) faults: Vec<FileFault>,
    /// Jumps in the entries, with file and offset.
    gaps: Vec<(u64, u64, String, u64)>,
    /// Set when the chain cannot be followed any further.
    pub(crate) is_broken: bool,
}

impl Chain {
    /// Reads one segment; `is_last` when none follows.
    pub(crate) fn read<S: Source + ?Sized>(
        &mut self,
        name: &str,
        source: &S,
        is_last: bool,
    ) -> SegmentReport {
        let mut window = Window::new(source);
        let mut offset = 0;
        let mut records = 0;
        if !is_last && source.is_empty() {
            let why = "the segment is empty".to_owned();
            self.stop(
                FileFaultKind::RecordBroken { why },
                name,
                0,
                &["wal: crc mismatch"],
            );
        }
        while !self.is_broken {
            match frame_at(&mut window, offset) {
                Frame::End => {
                    self.end(name, &mut window, offset, is_last);
                    break;
                }
                Frame::Record(record, next) => {
                    if !self.take(&record, name, &mut window, (offset, next), is_last) {
                        break;
                    }
                    records += 1;
                    offset = next;
                }
                Frame::Short if is_last => {
                    self.torn(name, offset);
                    break;
                }
                Frame::Garbage { is_torn: true } if is_last => {
                    self.torn(name, offset);
                    break;
                }
                // A write that never came to its end, or the file was cut there.
                Frame::TooLong { bytes, .. } if is_last && bytes <= USUAL_RECORD_BYTES => {
                    self.torn(name, offset);
                    break;
                }
                Frame::TooLong { bytes, left } => {
                    let kind = FileFaultKind::RecordTooLong { bytes, left };
                    // 3.4 gives up; later ones take it for a torn record.
                    let says = ["max entry size limit exceeded", "unexpected EOF"];
                    self.stop(kind, name, offset, &says);
                }
                Frame::Short => {
                    let why = "the segment ends within a record".to_owned();
                    let kind = FileFaultKind::RecordBroken { why };
                    self.stop(kind, name, offset, &["unexpected EOF"]);
                }
                Frame::Garbage { .. } => {
                    let why = "its bytes are no record".to_owned();
                    let kind = FileFaultKind::RecordBroken { why };
                    self.stop(
                        kind,
                        name,
                        offset,
                        &["proto:", "unexpected EOF", "cannot be repaired"],
                    );
                }
                Frame::Unreadable(error) => {
                    let kind = FileFaultKind::Unreadable {
                        error: error.to_string(),
                    };
                    self.stop(kind, name, offset, &["input/output error"]);
                }
            }
        }
        SegmentReport {
            name: name.to_owned(),
            bytes: source.len(),
            used_bytes: offset,
            records,
        }
    }

    /// Judges what only the end of the log can tell.
    pub(crate) fn finish(&mut self) {
        let newest = self
            .snapshots
            .iter()
            .map(|snapshot| snapshot.index)
            .max()
            .unwrap_or(0);
        for (after, found, name, offset) in std::mem::take(&mut self.gaps) {
            // A snapshot from the leader rightly jumps over what it brings.
            if found > newest.saturating_add(1) {
                let fault = FileFault::new(FileFaultKind::EntryGap { after, found });
                let says = [
                    "slice bounds out of range",
                    "wal: slice bounds out of range",
                ];
                self.faults.push(fault.of(&name).at(offset).says(&says));
            }
        }
        let last = self.last.map_or(newest, |last| last.index.max(newest));
        if let Some(state) = self
            .state
            .filter(|state| state.commit > last && !self.is_broken)
        {
            let kind = FileFaultKind::CommitPastEnd {
                commit: state.commit,
                last_index: last,
            };
            let text = format!("state.commit {} is out of range", state.commit);
            self.faults.push(FileFault::new(kind).says(&[&text]));
        }
    }

    /// Takes one record; `false` when reading must end here.
    fn take<S: Source + ?Sized>(
        &mut self,
        record: &Record,
        name: &str,
        window: &mut Window<'_, S>,
        (offset, next): (u64, u64),
        is_last: bool,
    ) -> bool {
        let Some(kind) = record.known_kind() else {
            let why = format!("type {} is unknown", record.kind);
            let text = format!("unexpected block type {}", record.kind);
            self.stop(FileFaultKind::RecordBroken { why }, name, offset, &[&text]);
            return false;
        };
        if kind == RecordKind::Crc {
            if self.crc != 0 && record.crc != self.crc {
                let kind = FileFaultKind::ChainCrc {
                    stored: record.crc,
                    computed: self.crc,
                };
                self.stop(kind, name, offset, &["crc mismatch"]);
                return false;
            }
            self.crc = record.crc;
            return true;
        }
        let computed = crc32c::crc32c_append(self.crc, record.data());
        if computed != record.crc {
            if is_last && is_torn(window, offset, next) {
                self.torn(name, offset);
            } else {
                let kind = FileFaultKind::RecordCrc {
                    stored: record.crc,
                    computed,
                };
                self.stop(kind, name, offset, &["crc mismatch"]);
            }
            return false;
        }
        self.crc = computed;
        let is_decoded = match kind {
            RecordKind::Metadata => self.metadata(record.data(), name, offset),
            RecordKind::Entry => self.entry(record.data(), name, offset),
            RecordKind::State => State::decode(record.data()).is_ok_and(|state| {
                let State { term, vote, commit } = state;
                self.state = Some(HardState { term, vote, commit });
                true
            }),
            RecordKind::Snapshot => SnapshotRecord::decode(record.data()).is_ok_and(|snapshot| {
                let SnapshotRecord { index, term } = snapshot;
                if self.snapshots.len() < MAX_SNAPSHOTS {
                    self.snapshots.push(EntryPosition { index, term });
                }
                true
            }),
            RecordKind::Crc => true,
        };
        if !is_decoded {
            let why = "its content cannot be decoded".to_owned();
            self.stop(
                FileFaultKind::RecordBroken { why },
                name,
                offset,
                &["unmarshal"],
            );
        }
        is_decoded
    }

    fn metadata(&mut self, data: &[u8], name: &str, offset: u64) -> bool {
        if self.metadata.as_deref().is_some_and(|held| held != data) {
            let fault = FileFault::new(FileFaultKind::MetadataConflict)
                .of(name)
                .at(offset);
            self.faults
                .push(fault.says(&["wal: conflicting metadata found"]));
        }
        self.identity = self.identity.or_else(|| parse_metadata(data));
        self.metadata
            .get_or_insert_with(|| data.get(..4096).unwrap_or(data).to_vec());
        true
    }

    fn entry(&mut self, data: &[u8], name: &str, offset: u64) -> bool {
        let Ok(Entry { term, index }) = Entry::decode(data) else {
            return false;
        };
        if let Some(last) = self.last {
            // A lower index takes back what was not committed.
            if index > last.index.saturating_add(1) && self.gaps.len() < MAX_GAPS {
                self.gaps.push((last.index, index, name.to_owned(), offset));
            }
        }
        let position = EntryPosition { index, term };
        self.first.get_or_insert(position);
        self.last = Some(position);
        true
    }

    fn end<S: Source + ?Sized>(
        &mut self,
        name: &str,
        window: &mut Window<'_, S>,
        offset: u64,
        is_last: bool,
    ) {
        let bytes = window.source().len();
        if is_last && offset == bytes && bytes < SEGMENT_BYTES {
            let fault = FileFault::new(FileFaultKind::NoReservedSpace)
                .of(name)
                .at(offset);
            self.faults.push(fault);
        }
        let behind = bytes.saturating_sub(offset).min(BEHIND_BYTES);
        let has_bytes = window
            .read(offset, usize::try_from(behind).unwrap_or(0))
            .is_ok_and(|bytes| bytes.iter().any(|&byte| byte != 0));
        if has_bytes {
            self.faults.push(
                FileFault::new(FileFaultKind::BytesBehindEnd)
                    .of(name)
                    .at(offset),
            );
        }
    }

    fn torn(&mut self, name: &str, offset: u64) {
        self.faults
            .push(FileFault::new(FileFaultKind::TornTail).of(name).at(offset));
    }

    fn stop(&mut self, kind: FileFaultKind, name: &str, offset: u64, says: &[&str]) {
        self.faults
            .push(FileFault::new(kind).of(name).at(offset).says(says));
        self.is_broken = true;
    }
}
