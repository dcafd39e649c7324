// SPDX-License-Identifier: Apache-2.0

use crate::db::fault::Severity;
use crate::db::filefault::{FileFault, FileFaultKind};
use crate::db::raftsnap::RaftSnapshot;
use crate::db::report::DbReport;
use crate::db::wal::WalReport;

/// What the files of a data dir say about each other.
pub(crate) struct Parts<'a> {
    pub(crate) database: Option<&'a DbReport>,
    pub(crate) wal: Option<&'a WalReport>,
    pub(crate) snapshots: &'a [RaftSnapshot],
    /// Indexes of the `.snap.db` files there are.
    pub(crate) snapshot_databases: &'a [u64],
}

/// Compares database, log and raft snapshots as etcd does when it starts.
pub(crate) fn disagreements(parts: &Parts<'_>) -> Vec<FileFault> {
    let mut faults = Vec::new();
    let newest = newest_usable(parts.snapshots);
    let Some(database) = parts.database else {
        if parts.wal.is_some_and(|wal| !wal.segments.is_empty()) {
            let fault = FileFault::new(FileFaultKind::DatabaseMissing);
            let says = [
                "of the backend is missing",
                "failed to find database snapshot file",
            ];
            faults.push(if newest.is_some() {
                fault.says(&says)
            } else {
                fault
            });
        }
        return faults;
    };
    let index = database
        .state
        .as_ref()
        .and_then(|state| state.identity.consistent_index);
    let Some(consistent_index) = index else {
        return faults;
    };
    if let Some(snapshot) = newest.and_then(|snapshot| snapshot.index)
        && snapshot > consistent_index
        && !parts.snapshot_databases.contains(&snapshot)
    {
        let kind = FileFaultKind::SnapshotDatabaseMissing {
            index: snapshot,
            consistent_index,
        };
        let says = [
            "failed to find database snapshot file",
            "snap: snapshot file doesn't exist",
            "recovering backend from snapshot error",
        ];
        faults.push(FileFault::new(kind).says(&says));
    }
    if let Some(wal) = parts.wal {
        faults.extend(database_and_wal(consistent_index, wal));
        if let Some(snapshot) = newest.filter(|_| !is_damaged(wal)) {
            let known = wal
                .snapshots
                .iter()
                .any(|held| Some(held.index) == snapshot.index && Some(held.term) == snapshot.term);
            if !known {
                let kind = FileFaultKind::SnapshotNotInWal {
                    index: snapshot.index.unwrap_or(0),
                };
                let says = ["wal: snapshot not found", "wal: file not found"];
                faults.push(FileFault::new(kind).of(&snapshot.name).says(&says));
            }
        }
    }
    faults
}

/// The snapshot etcd starts from: the newest one that can be read.
pub(crate) fn newest_usable(snapshots: &[RaftSnapshot]) -> Option<&RaftSnapshot> {
    snapshots.iter().rfind(|snapshot| snapshot.index.is_some())
}

fn database_and_wal(consistent_index: u64, wal: &WalReport) -> Option<FileFault> {
    if is_damaged(wal) || wal.segments.is_empty() {
        return None;
    }
    let last = wal.last_entry.map_or(0, |last| last.index);
    let last_index = last.max(wal.last_snapshot.map_or(0, |snapshot| snapshot.index));
    (consistent_index > last_index).then(|| {
        FileFault::new(FileFaultKind::DatabaseAheadOfWal {
            consistent_index,
            last_index,
        })
    })
}

fn is_damaged(wal: &WalReport) -> bool {
    wal.faults
        .iter()
        .any(|fault| fault.severity == Severity::Damage)
}
