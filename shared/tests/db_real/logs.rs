// SPDX-License-Identifier: Apache-2.0

//! Broken logs, raft snapshots, and files that do not belong together.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use shared::db::{FilesReport, InspectOptions, Verdict, inspect, wal_identity, wal_identity_of};

use crate::etcd::{Etcd, copy_dir, db_of};
use crate::shapes::{kubernetes, value};

/// One way to break what stands beside the database.
struct Break {
    name: &'static str,
    finds: &'static str,
    /// The mildest verdict allowed.
    verdict: Verdict,
    apply: fn(&Path),
}

const BREAKS: &[Break] = &[
    Break {
        name: "a bit in the middle of the log",
        finds: "record_crc",
        verdict: Verdict::Damaged,
        apply: |data| {
            edit(&newest_segment(data), |bytes| {
                let records = records(bytes);
                let (at, next) = records[records.len() / 2];
                // The data stands last in a record; behind it is padding only.
                let padding = usize::from(bytes[at + 7] & 7);
                bytes[next - padding - 1] ^= 0x10;
            });
        },
    },
    Break {
        name: "an unknown record",
        finds: "record_broken",
        verdict: Verdict::Damaged,
        apply: |data| {
            edit(&newest_segment(data), |bytes| {
                let records = records(bytes);
                bytes[records[records.len() / 2].0 + 9] = 9;
            });
        },
    },
    Break {
        name: "a length beyond the file",
        finds: "record_too_long",
        verdict: Verdict::Damaged,
        apply: |data| {
            edit(&newest_segment(data), |bytes| {
                let records = records(bytes);
                bytes[records[records.len() / 2].0 + 5] = 1;
            });
        },
    },
    Break {
        name: "the last record torn",
        finds: "torn_tail",
        verdict: Verdict::Warning,
        apply: |data| {
            edit(&newest_segment(data), |bytes| {
                let (at, _) = *records(bytes).last().unwrap();
                bytes.truncate(at + 12);
            });
        },
    },
    Break {
        name: "acknowledged entries cut off",
        finds: "database_ahead_of_wal",
        verdict: Verdict::Damaged,
        apply: |data| {
            edit(&newest_segment(data), |bytes| {
                let records = records(bytes);
                let from = records[records.len() - 12].0;
                bytes[from..].fill(0);
            });
        },
    },
    Break {
        name: "the log gone",
        finds: "wal_missing",
        verdict: Verdict::Damaged,
        apply: |data| {
            for name in names(&data.join("member/wal")) {
                fs::remove_file(data.join("member/wal").join(name)).unwrap();
            }
        },
    },
    Break {
        name: "the newest raft snapshot corrupt",
        finds: "snapshot_crc",
        verdict: Verdict::Damaged,
        apply: |data| {
            edit(&newest_snapshot(data), |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            });
        },
    },
    Break {
        name: "the newest raft snapshot empty",
        finds: "snapshot_broken",
        verdict: Verdict::Damaged,
        apply: |data| edit(&newest_snapshot(data), Vec::clear),
    },
    Break {
        name: "no database",
        finds: "database_missing",
        verdict: Verdict::Damaged,
        apply: |data| fs::remove_file(db_of(data)).unwrap(),
    },
    Break {
        name: "an old database put back",
        finds: "snapshot_database_missing",
        verdict: Verdict::Damaged,
        apply: |data| {
            fs::copy(data.parent().unwrap().join("old-db"), db_of(data)).unwrap();
        },
    },
];

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn newest_segment(data: &Path) -> PathBuf {
    let dir = data.join("member/wal");
    dir.join(
        names(&dir)
            .into_iter()
            .rfind(|name| name.ends_with(".wal"))
            .unwrap(),
    )
}

fn newest_snapshot(data: &Path) -> PathBuf {
    let dir = data.join("member/snap");
    dir.join(
        names(&dir)
            .into_iter()
            .rfind(|name| name.ends_with(".snap"))
            .unwrap(),
    )
}

/// Where each record of a segment begins and ends.
fn records(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut records = Vec::new();
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let field = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        if field == 0 {
            break;
        }
        let padding = if field >> 63 == 1 {
            (field >> 56 & 7) as usize
        } else {
            0
        };
        let next = at + 8 + (field & 0x00ff_ffff_ffff_ffff) as usize + padding;
        records.push((at, next));
        at = next;
    }
    records
}

/// A data dir with raft snapshots, and beside it the database as it was before them.
fn golden(release: &str) -> &'static Path {
    static DIRS: [OnceLock<tempfile::TempDir>; 3] = [const { OnceLock::new() }; 3];
    let slot = crate::etcd::RELEASES
        .iter()
        .position(|name| *name == release)
        .unwrap();
    DIRS[slot]
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let data = dir.path().join("data");
            let flags = ["--snapshot-count", "100"];
            let etcd = Etcd::start(release, &data, &flags);
            kubernetes(&etcd, 300, 200);
            etcd.stop();
            fs::copy(db_of(&data), dir.path().join("old-db")).unwrap();
            let etcd = Etcd::start(release, &data, &flags);
            for n in 0..330 {
                etcd.put(
                    &format!("/registry/pods/ns-1/single-{}", n % 50),
                    &value(n, 90),
                );
            }
            etcd.stop();
            dir
        })
        .path()
}

fn look(data: &Path) -> FilesReport {
    inspect(data, &InspectOptions::default(), &|_| ()).unwrap()
}

/// Name and foretold texts of every fault outside the database.
fn faults(report: &FilesReport) -> Vec<(String, Vec<String>)> {
    let wal = report.wal.iter().flat_map(|wal| &wal.faults);
    let snapshots = report
        .raft_snapshots
        .iter()
        .filter_map(|snapshot| snapshot.fault.as_ref());
    wal.chain(snapshots)
        .chain(&report.faults)
        .map(|fault| {
            let kind = serde_json::to_value(&fault.kind).unwrap();
            (
                kind["kind"].as_str().unwrap().to_owned(),
                fault.etcd_says.clone(),
            )
        })
        .collect()
}

fn found_and_foretold(release: &str) {
    let mut problems = Vec::new();
    for broken in BREAKS {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        copy_dir(golden(release), dir.path());
        assert_eq!(look(&data).verdict, Verdict::Sound);
        (broken.apply)(&data);
        let report = look(&data);
        let faults = faults(&report);
        if !faults.iter().any(|(name, _)| name == broken.finds) || report.verdict < broken.verdict {
            problems.push(format!("{}: {:?} {faults:?}", broken.name, report.verdict));
        }
        let ended = Etcd::try_on(release, &data);
        let is_foretold = faults
            .iter()
            .flat_map(|(_, says)| says)
            .any(|text| ended.output.contains(text));
        if !ended.is_up && !is_foretold {
            let last: Vec<&str> = ended
                .output
                .lines()
                .filter(|line| {
                    ["panic", "fatal", " F |", " C |", "error"]
                        .iter()
                        .any(|w| line.contains(w))
                })
                .take(4)
                .collect();
            problems.push(format!(
                "{}: died with {last:#?}, foretold {faults:?}",
                broken.name
            ));
        }
    }
    assert!(problems.is_empty(), "{release}: {}", problems.join("\n"));
}

#[test]
fn broken_logs_of_3_4_23_are_found_and_its_end_foretold() {
    found_and_foretold("3.4.23");
}

#[test]
fn broken_logs_of_3_5_16_are_found_and_its_end_foretold() {
    found_and_foretold("3.5.16");
}

#[test]
fn a_missing_segment_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let etcd = Etcd::start("3.5.16", &data, &[]);
    // A segment is 64 MB.
    for n in 0..30 {
        etcd.put(&format!("large-{}", n % 3), &value(n, 6 << 20));
    }
    etcd.stop();
    let wal = data.join("member/wal");
    let segments: Vec<String> = names(&wal)
        .into_iter()
        .filter(|name| name.ends_with(".wal"))
        .collect();
    assert!(segments.len() >= 3, "{segments:?}");
    let report = look(&data);
    assert_eq!(report.verdict, Verdict::Sound, "{:?}", faults(&report));
    fs::remove_file(wal.join(&segments[1])).unwrap();
    let report = look(&data);
    assert_eq!(report.verdict, Verdict::Damaged);
    let names: Vec<String> = faults(&report).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"sequence_gap".to_owned()), "{names:?}");
    let ended = Etcd::try_on("3.5.16", &data);
    assert!(!ended.is_up);
    let foretold = ["wal: file not found", "wal: crc mismatch"];
    assert!(
        foretold.iter().any(|text| ended.output.contains(text)),
        "{}",
        ended.output
    );
}

#[test]
fn the_log_tells_whose_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let etcd = Etcd::start("3.5.1", &data, &[]);
    let header = etcd.status()["header"].clone();
    etcd.stop();
    let id = |name: &str| header[name].as_str().unwrap().parse::<u64>().unwrap();
    let identity = wal_identity(&data.join("member/wal")).unwrap();
    assert_eq!(identity.member_id, id("member_id"));
    assert_eq!(identity.cluster_id, id("cluster_id"));
    let bytes = fs::read(newest_segment(&data)).unwrap();
    assert_eq!(wal_identity_of(&bytes[..512]).unwrap(), identity);
    assert!(wal_identity_of(b"no segment").is_err());
    assert!(wal_identity(dir.path()).is_err());
}

#[test]
fn a_member_that_lost_power_is_sound_or_says_what_is_torn() {
    for release in ["3.4.23", "3.5.16"] {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let etcd = Etcd::start(release, &data, &[]);
        kubernetes(&etcd, 500, 200);
        etcd.kill();
        let report = look(&data);
        assert_eq!(
            report.verdict,
            Verdict::Sound,
            "{release}: {:?}",
            faults(&report)
        );
        // What it does not find wrong, etcd starts on.
        assert!(Etcd::try_on(release, &data).is_up, "{release}");
    }
}
