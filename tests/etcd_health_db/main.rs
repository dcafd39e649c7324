// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-health db` as a user runs it, on real files of etcd, sound and broken.

#![allow(clippy::unwrap_used)] // helpers of tests, not only test functions

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const PAGE_BYTES: usize = 4096;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/db")
        .join(name)
}

fn run(path: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kubectl-etcd_health"))
        .arg("db")
        .arg(path)
        .args(more)
        .output()
        .unwrap()
}

fn json(path: &Path) -> (Value, i32) {
    let done = run(path, &["-o", "json"]);
    let text = String::from_utf8(done.stdout).unwrap();
    (
        serde_json::from_str(&text).unwrap(),
        done.status.code().unwrap(),
    )
}

/// A broken copy of a fixture.
fn broken(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    let mut bytes = fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

/// The page of the bucket `key`: the leaf with the most elements.
fn key_page(bytes: &[u8]) -> usize {
    (2..bytes.len() / PAGE_BYTES)
        .filter(|page| bytes[page * PAGE_BYTES + 8] == 2)
        .max_by_key(|page| bytes[page * PAGE_BYTES + 10])
        .unwrap()
}

#[test]
fn a_sound_snapshot_is_told_with_its_numbers() {
    let (report, code) = json(&fixture("etcd-3.5.1-snapshot.db"));
    assert_eq!(code, 0);
    assert_eq!(report["schema"], "kubectl-etcd-health/db/v1");
    assert_eq!(report["files"], "snapshot");
    assert_eq!(report["verdict"], "sound");
    let state = &report["database"]["state"];
    assert_eq!(state["content"]["compact_revision"], 20);
    assert_eq!(state["content"]["live_keys"], 29);
    assert_eq!(state["content"]["current_revision"], 33);
    assert_eq!(state["content"]["largest_by_bytes"][0]["resource"], "pods");
    assert_eq!(state["hash_kv"]["outcome"], "computed");
    assert_eq!(state["identity"]["members"][0]["name"], "m1");
    assert_eq!(state["identity"]["leases"], 1);
}

#[test]
fn two_files_of_the_same_history_have_the_same_hash() {
    let (old, _) = json(&fixture("etcd-3.4.23-db"));
    let (new, _) = json(&fixture("etcd-3.5.1-db"));
    let hash = |report: &Value| report["database"]["state"]["hash_kv"]["hash"].clone();
    assert!(hash(&old).is_u64());
    assert_eq!(hash(&old), hash(&new));
}

#[test]
fn a_page_lost_is_told_with_place_meaning_and_etcd_s_words() {
    let mut page = 0;
    let (_dir, path) = broken("etcd-3.5.1-db", |bytes| {
        page = key_page(bytes);
        bytes[page * PAGE_BYTES..(page + 1) * PAGE_BYTES].fill(0);
    });
    let done = run(&path, &[]);
    assert_eq!(done.status.code(), Some(4));
    let text = String::from_utf8(done.stdout).unwrap();
    for expected in [
        format!("page {page}, offset {}", page * PAGE_BYTES),
        "bucket \"key\"".to_owned(),
        "page 0: invalid type: unknown<00>".to_owned(),
        format!("Page expected to be: {page}, but self identifies as 0"),
        "cannot be restored from".to_owned(),
        "kubectl etcd-replace".to_owned(),
    ] {
        assert!(text.contains(&expected), "{expected:?} is not in:\n{text}");
    }
    assert!(done.stderr.is_empty());
}

#[test]
fn a_snapshot_with_one_wrong_bit_is_not_restored_from() {
    let (_dir, path) = broken("etcd-3.4.23-snapshot.db", |bytes| {
        // Inside a value: no structure of the file breaks.
        let at = bytes
            .windows(40)
            .rposition(|window| window == [b'x'; 40])
            .unwrap();
        bytes[at + 20] ^= 1;
    });
    let (report, code) = json(&path);
    assert_eq!(code, 4);
    assert_eq!(report["database"]["fault_counts"]["snapshot_hash"], 1);
    assert_eq!(report["database"]["can_be_restored_from"], false);
    let steps = report["next_steps"].to_string();
    assert!(steps.contains("do not restore"), "{steps}");
}

#[test]
fn one_lost_head_is_a_warning() {
    let (_dir, path) = broken("etcd-3.5.1-db", |bytes| bytes[20] ^= 1);
    let (report, code) = json(&path);
    assert_eq!(code, 3);
    assert_eq!(report["verdict"], "warning");
}

#[test]
fn a_revision_compacted_away_is_not_comparable() {
    let done = run(&fixture("etcd-3.5.1-db"), &["--rev", "5"]);
    assert_eq!(done.status.code(), Some(0));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains("not comparable"), "{text}");
    assert!(text.contains("20 to 33"), "{text}");
}

#[test]
fn what_is_not_of_etcd_is_refused_in_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("notes.txt");
    fs::write(&text, "hello ".repeat(2000)).unwrap();
    for (path, code, says) in [
        (text.as_path(), 1, "is not a file of etcd"),
        (dir.path(), 2, "holds no etcd data"),
        (Path::new("/no/such/file"), 2, "no such file or directory"),
    ] {
        let done = run(path, &[]);
        let error = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{error}");
        assert!(error.contains(says), "{error}");
        assert!(done.stdout.is_empty());
    }
}

#[test]
fn a_data_dir_tells_database_and_log_together() {
    let dir = tempfile::tempdir().unwrap();
    let member = dir.path().join("member");
    fs::create_dir_all(member.join("snap")).unwrap();
    fs::create_dir_all(member.join("wal")).unwrap();
    let wal = "0000000000000000-0000000000000000.wal";
    fs::copy(fixture("etcd-3.5.1-db"), member.join("snap/db")).unwrap();
    fs::copy(fixture(wal), member.join("wal").join(wal)).unwrap();
    let snapshot = "0000000000000002-0000000000000015.snap";
    fs::copy(fixture(snapshot), member.join("snap").join(snapshot)).unwrap();
    let (report, code) = json(dir.path());
    // The fixture's log is cut to its written part, as a copy of a repaired one.
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(report["files"], "data_dir");
    assert_eq!(report["wal"]["faults"][0]["kind"], "no_reserved_space");
    assert_eq!(report["raft_snapshots"][0]["index"], 21);
    // Without the end of the log the database is ahead of it.
    let mut bytes = fs::read(fixture(wal)).unwrap();
    let mut at = 0;
    // At the end of a record, as if the rest had never been written.
    while at < bytes.len() / 2 {
        let field = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let padding = if field >> 63 == 1 { field >> 56 & 7 } else { 0 };
        at += 8 + (field & 0x00ff_ffff_ffff_ffff) as usize + padding as usize;
    }
    bytes[at..].fill(0);
    fs::write(member.join("wal").join(wal), bytes).unwrap();
    let (report, code) = json(dir.path());
    assert_eq!(code, 4);
    let faults = report["faults"].to_string();
    assert!(faults.contains("database_ahead_of_wal"), "{faults}");
}
