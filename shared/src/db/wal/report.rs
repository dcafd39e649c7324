// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::identity::WalIdentity;
use crate::db::filefault::FileFault;
use crate::db::report::Verdict;

/// Everything about a WAL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WalReport {
    /// The judgement on the log alone.
    pub verdict: Verdict,
    /// Whose log it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<WalIdentity>,
    /// The segments in their order.
    pub segments: Vec<SegmentReport>,
    /// The first entry held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_entry: Option<EntryPosition>,
    /// The last entry held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_entry: Option<EntryPosition>,
    /// What raft has promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_state: Option<HardState>,
    /// The newest snapshot the log knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_snapshot: Option<EntryPosition>,
    /// All snapshots the log knows.
    #[serde(skip)]
    pub(crate) snapshots: Vec<EntryPosition>,
    /// What is wrong; capped.
    pub faults: Vec<FileFault>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentReport {
    /// The file name.
    pub name: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes up to the end of the last sound record.
    pub used_bytes: u64,
    /// Records read.
    pub records: u64,
}

/// An entry of the raft log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EntryPosition {
    /// Its index.
    pub index: u64,
    /// Its term.
    pub term: u64,
}

/// Raft's hard state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HardState {
    /// The term.
    pub term: u64,
    /// Whom this member voted for in it, in hex.
    #[serde(serialize_with = "crate::db::report::hex_id")]
    pub vote: u64,
    /// The last committed entry it knew of.
    pub commit: u64,
}
