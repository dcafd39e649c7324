// SPDX-License-Identifier: Apache-2.0

use crate::db::fault::{FaultKind, Severity};
use crate::db::filefault::FileFaultKind;
use crate::db::report::{FilesKind, FilesReport, Verdict};

/// What to do next, by what was found.
pub(crate) fn next_steps(report: &FilesReport) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    let mut step = |text: &str| steps.push(text.to_owned());
    let database = report.database.as_ref();
    if database.is_some_and(|database| database.changed_while_read) {
        step(
            "an etcd is running on this file: look at a snapshot of it instead, made with \
             `etcdctl snapshot save FILE`, or stop the member first",
        );
        return steps;
    }
    let is_snapshot = report.files == FilesKind::Snapshot;
    let damaged = database.is_some_and(|database| database.verdict == Verdict::Damaged);
    if damaged && is_snapshot {
        step(
            "do not restore from this snapshot: take another one from a healthy member with `etcdctl snapshot save FILE`",
        );
    } else if damaged {
        step(
            "if the other members hold a quorum, replace this member: `kubectl etcd-health` shows \
             whether they do, `kubectl etcd-replace` does it and keeps these files aside",
        );
        step(
            "if this was the only member, restore a snapshot with `etcdutl snapshot restore FILE --data-dir NEW`",
        );
        let unreadable = database.is_some_and(|database| {
            database
                .faults
                .iter()
                .any(|fault| matches!(fault.kind, FaultKind::Unreadable { .. }))
        });
        if unreadable {
            step(
                "the disk returns errors: look at `dmesg` and `smartctl -a`, and do not use it again",
            );
        } else {
            step(
                "look for the cause before reusing the machine: power loss, a full or failing disk, memory (`dmesg`, `smartctl -a`)",
            );
        }
        if let Some(older) = database.and_then(|database| database.older_state.as_ref())
            && older.is_sound
        {
            step(
                "as a last resort on a copy, `bbolt surgery revert-meta-page` goes back to the \
                     state before the last commit, which is sound; that member must then never \
                     meet the cluster again",
            );
        }
    }
    let has_wal_damage = report
        .wal
        .as_ref()
        .is_some_and(|wal| wal.verdict == Verdict::Damaged)
        || report
            .faults
            .iter()
            .any(|fault| fault.severity == Severity::Damage);
    if has_wal_damage && !damaged {
        step(
            "do not start this member on these files: acknowledged entries may be missing; \
             replace it with `kubectl etcd-replace` while the others hold a quorum",
        );
    }
    let is_torn = report.wal.as_ref().is_some_and(|wal| {
        wal.faults.iter().any(|fault| {
            matches!(
                fault.kind,
                FileFaultKind::TornTail | FileFaultKind::NoReservedSpace
            )
        })
    });
    if is_torn && !has_wal_damage {
        let last = report
            .wal
            .as_ref()
            .and_then(|wal| wal.last_entry)
            .map_or(0, |last| last.index);
        step(&format!(
            "compare the last entry {last} with what the leader holds for this member before \
             starting it: `kubectl etcd-health` shows the raft index of the others"
        ));
    }
    if is_snapshot && !damaged {
        step("restore from it with `etcdutl snapshot restore FILE --data-dir NEW`");
    }
    steps
}
