// SPDX-License-Identifier: Apache-2.0

use prost::Message;

/// `walpb.Record`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Record {
    #[prost(int64, tag = "1")]
    pub(crate) kind: i64,
    #[prost(uint32, tag = "2")]
    pub(crate) crc: u32,
    #[prost(bytes = "vec", optional, tag = "3")]
    pub(crate) data: Option<Vec<u8>>,
}

/// What a record holds (`wal.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    Metadata,
    Entry,
    State,
    Crc,
    Snapshot,
}

impl Record {
    pub(crate) fn known_kind(&self) -> Option<RecordKind> {
        Some(match self.kind {
            1 => RecordKind::Metadata,
            2 => RecordKind::Entry,
            3 => RecordKind::State,
            4 => RecordKind::Crc,
            5 => RecordKind::Snapshot,
            _ => return None,
        })
    }
}

/// The head of a `raftpb.Entry`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Entry {
    #[prost(uint64, tag = "2")]
    pub(crate) term: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) index: u64,
}

/// `raftpb.HardState`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct State {
    #[prost(uint64, tag = "1")]
    pub(crate) term: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) vote: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) commit: u64,
}

/// `walpb.Snapshot`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct SnapshotRecord {
    #[prost(uint64, tag = "1")]
    pub(crate) index: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) term: u64,
}

/// `etcdserverpb.Metadata`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Metadata {
    #[prost(uint64, tag = "1")]
    pub(crate) node_id: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) cluster_id: u64,
}

/// `raftpb.ConfState`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct ConfStateMessage {
    #[prost(uint64, repeated, packed = "false", tag = "1")]
    pub(crate) voters: Vec<u64>,
    #[prost(uint64, repeated, packed = "false", tag = "2")]
    pub(crate) learners: Vec<u64>,
}
