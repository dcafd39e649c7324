// SPDX-License-Identifier: Apache-2.0

//! Sound files: ours and etcd's numbers are the same.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use shared::db::{
    CheckOptions, DbReport, HashOutcome, HashWish, InspectOptions, Verdict, check_file, inspect,
};

use crate::etcd::{Etcd, RELEASES, db_of, etcdutl, number};
use crate::shapes::{SHAPES, kubernetes};

fn check(path: &Path) -> DbReport {
    check_file(path, CheckOptions::default(), &|_| ()).unwrap()
}

fn status_of(path: &Path) -> Value {
    let done = Command::new(etcdutl())
        .args(["snapshot", "status", "-w", "json"])
        .arg(path)
        .output();
    let done = done.unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Size, keys, revision and hash as `etcdutl snapshot status` prints them.
fn assert_agrees_with_etcdutl(report: &DbReport, path: &Path, what: &str) {
    let status = status_of(path);
    let state = report.state.as_ref().unwrap();
    let last = state.content.as_ref().unwrap().last_revision.unwrap_or(0);
    let keys: u64 = state.buckets.iter().map(|bucket| bucket.records).sum();
    let ours = (
        i64::from(state.snapshot_status_hash.unwrap()),
        last,
        keys as i64,
        state.sizes.db_bytes as i64,
    );
    let theirs = (
        number(&status["hash"]),
        number(&status["revision"]),
        number(&status["totalKey"]),
        number(&status["totalSize"]),
    );
    assert_eq!(ours, theirs, "{what}");
}

fn assert_agrees_with_member(report: &DbReport, live: &Live, what: &str) {
    let state = report.state.as_ref().unwrap();
    let content = state.content.as_ref().unwrap();
    assert_eq!(
        report.verdict,
        Verdict::Sound,
        "{what}: {:?}",
        report.faults
    );
    assert_eq!(content.current_revision, live.revision, "{what}");
    assert_eq!(content.live_keys as i64, live.keys, "{what}");
    let HashOutcome::Computed(hash) = state.hash_kv else {
        panic!("{what}: no hash")
    };
    assert_eq!((hash.hash, hash.compact_revision), live.hash, "{what}");
}

struct Live {
    revision: i64,
    keys: i64,
    hash: (u32, i64),
}

fn live(etcd: &Etcd) -> Live {
    let hash = etcd.hash_kv(0);
    // Never compacted is -1 for a running server, which the gateway leaves out or shows.
    let hash = (hash.0, hash.1.max(0));
    Live {
        revision: etcd.revision(),
        keys: etcd.count(),
        hash,
    }
}

fn agrees(release: &str) {
    for (shape, write) in SHAPES {
        let what = format!("{shape} by {release}");
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let snapshot = dir.path().join("snapshot.db");
        let etcd = Etcd::start(release, &data, &[]);
        write(&etcd);
        let live = live(&etcd);
        etcd.save_snapshot(&snapshot);
        etcd.stop();
        let report = check(&snapshot);
        assert!(report.trailer.as_ref().unwrap().matches(), "{what}");
        assert_agrees_with_member(&report, &live, &what);
        assert_agrees_with_etcdutl(&report, &snapshot, &what);
        let report = check(&db_of(&data));
        assert_agrees_with_member(&report, &live, &what);
        assert_agrees_with_etcdutl(&report, &db_of(&data), &what);
        let whole = inspect(&data, &InspectOptions::default(), &|_| ()).unwrap();
        assert_eq!(whole.verdict, Verdict::Sound, "{what}: {:?}", whole.wal);
        assert_sizes_are_the_member_s(release, &data, &what);
    }
}

/// Started again, the member counts its pages as we do. It writes once when it has joined: then
/// the file is looked at again.
fn assert_sizes_are_the_member_s(release: &str, data: &Path, what: &str) {
    let etcd = Etcd::start(release, data, &[]);
    let sizes = |status: &Value| ["dbSize", "dbSizeInUse"].map(|key| number(&status[key]));
    for attempt in 0.. {
        let before = etcd.status();
        let report = check(&db_of(data));
        let [db, in_use] = sizes(&etcd.status());
        if report.changed_while_read || sizes(&before) != [db, in_use] {
            assert!(attempt < 50, "{what}: an idle member writes all the time");
            std::thread::sleep(std::time::Duration::from_millis(100));
            continue;
        }
        let ours = report.state.unwrap().sizes;
        assert_eq!(db, ours.db_bytes as i64, "{what}");
        // Pages of its last transactions are not free to it yet; to the next etcd they are.
        let pending = in_use - ours.in_use_bytes as i64;
        assert!((0..=32 * 4096).contains(&pending), "{what}: {pending}");
        break;
    }
    etcd.kill();
}

#[test]
fn databases_of_3_4_23_are_sound_and_their_numbers_agree() {
    agrees(RELEASES[0]);
}

#[test]
fn databases_of_3_5_1_are_sound_and_their_numbers_agree() {
    agrees(RELEASES[1]);
}

#[test]
fn databases_of_3_5_16_are_sound_and_their_numbers_agree() {
    agrees(RELEASES[2]);
}

#[test]
fn the_hash_at_an_older_revision_is_the_member_s() {
    for release in RELEASES {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let etcd = Etcd::start(release, &data, &[]);
        kubernetes(&etcd, 900, 200);
        etcd.put("a", b"1");
        etcd.compact(etcd.revision());
        let compacted = etcd.revision();
        for n in 0..40u8 {
            etcd.put(&format!("/registry/pods/ns-2/pod-{}", n % 9), &[n; 50]);
            if n % 5 == 0 {
                etcd.delete(&format!("/registry/pods/ns-2/pod-{}", n % 9));
            }
        }
        let revisions = compacted + 1..=etcd.revision();
        let theirs: Vec<_> = revisions.clone().map(|at| etcd.hash_kv(at).0).collect();
        etcd.stop();
        let ours: Vec<_> = revisions
            .map(|at| {
                let options = CheckOptions {
                    hash: HashWish {
                        at: Some(at),
                        ..HashWish::default()
                    },
                    ..CheckOptions::default()
                };
                let report = check_file(&db_of(&data), options, &|_| ()).unwrap();
                match report.state.unwrap().hash_kv {
                    HashOutcome::Computed(hash) => hash.hash,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(ours, theirs, "{release}");
        let options = CheckOptions {
            hash: HashWish {
                at: Some(compacted - 1),
                ..HashWish::default()
            },
            ..CheckOptions::default()
        };
        let report = check_file(&db_of(&data), options, &|_| ()).unwrap();
        let outcome = report.state.unwrap().hash_kv;
        assert!(
            matches!(outcome, HashOutcome::NotComparable { compact_revision, .. }
                if compact_revision == compacted),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_file_from_before_a_compaction_compares_with_the_member_after_it() {
    for release in RELEASES {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let saved = dir.path().join("before.db");
        let etcd = Etcd::start(release, &data, &[]);
        kubernetes(&etcd, 300, 100);
        etcd.delete("/registry/pods/ns-2/pod-2");
        let deletion = etcd.revision();
        for n in 0..12u8 {
            etcd.put(&format!("/registry/pods/ns-2/pod-{}", n % 5), &[n; 60]);
        }
        let last = etcd.revision();
        etcd.save_snapshot(&saved);
        etcd.put("later", b"1");
        // At the deletion, in the middle, at the file's last revision.
        for compacted in [deletion, deletion + 6, last - 1] {
            etcd.compact(compacted);
            let theirs = etcd.hash_kv(last);
            let options = CheckOptions {
                hash: HashWish {
                    at: None,
                    compacted_at: Some(compacted),
                },
                ..CheckOptions::default()
            };
            let report = check_file(&saved, options, &|_| ()).unwrap();
            let state = report.state.unwrap();
            let HashOutcome::Computed(ours) = state.hash_kv else {
                panic!("{:?}", state.hash_kv)
            };
            assert_eq!(
                (ours.hash, ours.compact_revision),
                theirs,
                "{release} {compacted}"
            );
            assert_eq!(state.content.unwrap().compact_revision, 0);
        }
        etcd.compact(etcd.revision());
        let options = CheckOptions {
            hash: HashWish {
                at: None,
                compacted_at: Some(last + 1),
            },
            ..CheckOptions::default()
        };
        let report = check_file(&saved, options, &|_| ()).unwrap();
        assert!(matches!(
            report.state.unwrap().hash_kv,
            HashOutcome::NotComparable { compact_revision, current_revision, .. }
                if compact_revision == last + 1 && current_revision == last
        ));
        etcd.kill();
    }
}

#[test]
fn a_file_that_a_member_writes_meanwhile_is_said_to_change() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let etcd = Etcd::start("3.5.16", &data, &[]);
    kubernetes(&etcd, 2000, 300);
    let writes = std::sync::Mutex::new(0u32);
    let report = check_file(&db_of(&data), CheckOptions::default(), &|_| {
        // While the reader is at it, the member commits.
        let mut writes = writes.lock().unwrap();
        if *writes < 3 {
            *writes += 1;
            etcd.put("meanwhile", &[1; 64]);
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    })
    .unwrap();
    assert!(report.changed_while_read);
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(!report.can_be_restored_from);
}
