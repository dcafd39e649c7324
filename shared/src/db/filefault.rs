// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::fault::Severity;

/// A fault of a WAL segment, of a raft snapshot, or between the files of a data dir.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileFault {
    /// What is wrong.
    #[serde(flatten)]
    pub kind: FileFaultKind,
    /// How bad.
    pub severity: Severity,
    /// The kind in words.
    pub words: String,
    /// The file, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Byte offset in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What etcd says when it starts on these files; empty when it does not notice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub etcd_says: Vec<String>,
}

/// One kind of damage outside the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileFaultKind {
    /// The checksum of a record does not fit.
    RecordCrc {
        /// What the record says.
        stored: u32,
        /// What the chain gives.
        computed: u32,
    },
    /// The checksum a segment begins with is not the one the segment before ended with.
    ChainCrc {
        /// What the segment begins with.
        stored: u32,
        /// What the segment before ended with.
        computed: u32,
    },
    /// A record cannot be decoded, or is of no known type.
    RecordBroken {
        /// What is wrong.
        why: String,
    },
    /// A record claims more bytes than are left of the file, or than etcd ever writes.
    RecordTooLong {
        /// Bytes claimed.
        bytes: u64,
        /// Bytes left.
        left: u64,
    },
    /// The last record of the last segment was not written completely: normal after a crash.
    TornTail,
    /// The last segment ends with its last record, without the space etcd reserves ahead.
    NoReservedSpace,
    /// Bytes behind the end of the log.
    BytesBehindEnd,
    /// A segment is missing between two others.
    SequenceGap {
        /// The number expected.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The segments begin after the entry the member has to start from.
    StartMissing {
        /// The snapshot's index, 0 without one.
        snapshot_index: u64,
        /// The first index of the first segment.
        first_index: u64,
    },
    /// Two segments belong to different members or clusters.
    MetadataConflict,
    /// Entry indexes jump.
    EntryGap {
        /// The entry before.
        after: u64,
        /// The one that follows.
        found: u64,
    },
    /// The hard state says more is committed than the log holds.
    CommitPastEnd {
        /// What is committed.
        commit: u64,
        /// The last entry.
        last_index: u64,
    },
    /// The database holds entries that the log no longer has.
    DatabaseAheadOfWal {
        /// The last entry applied to the database.
        consistent_index: u64,
        /// The last entry of the log.
        last_index: u64,
    },
    /// No segment at all.
    WalMissing,
    /// A raft snapshot whose checksum does not fit.
    SnapshotCrc {
        /// What the file says.
        stored: u32,
        /// What its bytes give.
        computed: u32,
    },
    /// A raft snapshot that cannot be decoded.
    SnapshotBroken {
        /// What is wrong.
        why: String,
    },
    /// The name and the content of a raft snapshot disagree.
    SnapshotName {
        /// The index inside.
        index: u64,
        /// The term inside.
        term: u64,
    },
    /// The log does not know the raft snapshot.
    SnapshotNotInWal {
        /// Its index.
        index: u64,
    },
    /// The database is older than the raft snapshot, and the database that came with the
    /// snapshot is not there.
    SnapshotDatabaseMissing {
        /// The snapshot's index.
        index: u64,
        /// The last entry applied to the database.
        consistent_index: u64,
    },
    /// There is a log but no database.
    DatabaseMissing,
    /// A file etcd put aside as broken, or left behind.
    LeftOver,
    /// The operating system could not read it.
    Unreadable {
        /// What it said.
        error: String,
    },
}

impl FileFaultKind {
    fn severity(&self) -> Severity {
        match self {
            Self::BytesBehindEnd | Self::LeftOver => Severity::Note,
            Self::TornTail | Self::NoReservedSpace | Self::SnapshotName { .. } => Severity::Warning,
            _ => Severity::Damage,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::RecordCrc { .. } => "the checksum of a record does not fit its bytes".to_owned(),
            Self::ChainCrc { .. } => {
                "the segment does not continue the one before it (checksum chain)".to_owned()
            }
            Self::RecordBroken { why } => format!("a record cannot be read: {why}"),
            Self::RecordTooLong { bytes, left } => {
                format!("a record claims {bytes} bytes, {left} are left of the file")
            }
            Self::TornTail => "the last record was not written completely: normal after a crash, \
                               etcd cuts it off; if this member had already acknowledged it, the \
                               leader will tell (compare its match index)"
                .to_owned(),
            Self::NoReservedSpace => "the last segment ends with its last record, without the \
                                      space etcd reserves: it was cut or repaired, and entries \
                                      this member had acknowledged may be gone with its end"
                .to_owned(),
            Self::BytesBehindEnd => {
                "bytes behind the end of the log: a write that was never completed".to_owned()
            }
            Self::SequenceGap { expected, found } => {
                format!("segment {expected:016x} is missing: {found:016x} follows")
            }
            Self::StartMissing {
                snapshot_index,
                first_index,
            } => format!(
                "the log begins at entry {first_index}, after entry {snapshot_index} which the \
                 member has to start from"
            ),
            Self::MetadataConflict => {
                "two segments belong to different members or clusters".to_owned()
            }
            Self::EntryGap { after, found } => {
                format!("entry {found} follows entry {after}: those between are missing")
            }
            Self::CommitPastEnd { commit, last_index } => format!(
                "entry {commit} is committed but the log ends at {last_index}: acknowledged \
                 entries are gone"
            ),
            Self::DatabaseAheadOfWal {
                consistent_index,
                last_index,
            } => format!(
                "the database holds entry {consistent_index} but the log ends at {last_index}: \
                 acknowledged entries are gone from the log"
            ),
            Self::WalMissing => "there is no WAL segment".to_owned(),
            Self::SnapshotCrc { .. } => {
                "the checksum of the raft snapshot does not fit its bytes".to_owned()
            }
            Self::SnapshotBroken { why } => format!("the raft snapshot cannot be read: {why}"),
            Self::SnapshotName { index, term } => {
                format!("the raft snapshot is of index {index} and term {term}, not as named")
            }
            Self::SnapshotNotInWal { index } => {
                format!("the log does not know the raft snapshot of index {index}")
            }
            Self::SnapshotDatabaseMissing {
                index,
                consistent_index,
            } => format!(
                "the database (entry {consistent_index}) is older than the raft snapshot (entry \
                 {index}), and \"{index:016x}.snap.db\" is not there"
            ),
            Self::DatabaseMissing => "there is a WAL but no database \"db\"".to_owned(),
            Self::LeftOver => "a file etcd put aside or left behind".to_owned(),
            Self::Unreadable { error } => format!("it cannot be read: {error}"),
        }
    }
}

impl FileFault {
    pub(crate) fn new(kind: FileFaultKind) -> Self {
        Self {
            severity: kind.severity(),
            words: kind.words(),
            kind,
            file: None,
            offset: None,
            etcd_says: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn of(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    #[must_use]
    pub(crate) fn says(mut self, texts: &[&str]) -> Self {
        self.etcd_says = texts.iter().map(|text| (*text).to_owned()).collect();
        self
    }
}
