// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::database::DbReport;
use super::verdict::Verdict;
use crate::db::filefault::FileFault;
use crate::db::raftsnap::RaftSnapshot;
use crate::db::wal::WalReport;

/// The name and version of the JSON; fields are added under the same version, never changed.
pub const SCHEMA: &str = "kubectl-etcd-health/db/v1";

/// What `kubectl etcd-health db PATH` reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilesReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What was looked at.
    pub path: String,
    /// What it is.
    pub files: FilesKind,
    /// The judgement on all of it.
    pub verdict: Verdict,
    /// The database or snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DbReport>,
    /// The log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wal: Option<WalReport>,
    /// The raft snapshots, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raft_snapshots: Vec<RaftSnapshot>,
    /// What does not fit between the files.
    pub faults: Vec<FileFault>,
    /// What to do next, one sentence each.
    pub next_steps: Vec<String>,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FilesKind {
    /// A database file as it stands in a data dir.
    Database,
    /// A snapshot with its sha256.
    Snapshot,
    /// A WAL directory or one segment.
    Wal,
    /// A raft snapshot file.
    RaftSnapshot,
    /// A data dir.
    DataDir,
}
