// SPDX-License-Identifier: Apache-2.0

//! Broken files: each damage is found, named and located, and what etcd dies with was predicted.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::db::{BboltAge, CheckOptions, DbReport, Verdict, check_file};

use crate::damage::{DAMAGES, Damage};
use crate::etcd::{Etcd, copy_dir, db_of};
use crate::pages::Db;
use crate::shapes::{kubernetes, value};

/// A data dir with a tree of three levels, made once for each release.
fn golden(release: &str) -> &'static Path {
    static DIRS: [OnceLock<tempfile::TempDir>; 3] = [const { OnceLock::new() }; 3];
    let slot = crate::etcd::RELEASES
        .iter()
        .position(|name| *name == release)
        .unwrap();
    DIRS[slot]
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let etcd = Etcd::start(release, &dir.path().join("data"), &[]);
            kubernetes(&etcd, 4000, 250);
            // Single changes, as a live cluster makes them.
            for n in 0..20 {
                etcd.put(&format!("/registry/pods/ns-1/single-{n}"), &value(n, 90));
            }
            etcd.stop();
            dir
        })
        .path()
}

fn report_on(path: &Path, damage: &Damage) -> (Option<u64>, DbReport) {
    let mut db = Db::open(fs::read(path).unwrap());
    let page = (damage.apply)(&mut db);
    fs::write(path, &db.bytes).unwrap();
    (
        page,
        check_file(path, CheckOptions::default(), &|_| ()).unwrap(),
    )
}

#[test]
fn every_damage_is_found_named_and_located() {
    assert!(DAMAGES.len() >= 25);
    for release in ["3.4.23", "3.5.16"] {
        for damage in DAMAGES {
            let what = format!("{} ({release})", damage.name);
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("db");
            fs::copy(db_of(&golden(release).join("data")), &path).unwrap();
            let (page, report) = report_on(&path, damage);
            let names: Vec<_> = report
                .faults
                .iter()
                .map(|fault| (fault.kind.name(), fault.page))
                .collect();
            let found = report
                .faults
                .iter()
                .find(|fault| fault.kind.name() == damage.finds && fault.page == page);
            let Some(found) = found else {
                panic!("{what}: page {page:?} not in {names:?}")
            };
            if let Some(page) = page {
                assert_eq!(found.offset, page.saturating_mul(4096), "{what}");
            }
            let expected = if damage.name.starts_with("newest") {
                Verdict::Warning
            } else {
                Verdict::Damaged
            };
            assert_eq!(report.verdict, expected, "{what}: {names:?}");
            assert_eq!(
                report.can_be_restored_from,
                expected == Verdict::Warning,
                "{what}"
            );
        }
    }
}

/// Starts real etcd on every broken copy and compares its last words with ours.
fn predicts(release: &str, age: BboltAge) {
    let next = AtomicUsize::new(0);
    let problems = std::sync::Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(damage) = DAMAGES.get(index) else {
                break;
            };
            let dir = tempfile::tempdir().unwrap();
            let data = dir.path().join("data");
            copy_dir(&golden(release).join("data"), &data);
            let (_, report) = report_on(&db_of(&data), damage);
            let said: Vec<&str> = report
                .faults
                .iter()
                .flat_map(|fault| &fault.etcd_says)
                .filter(|text| text.age == age)
                .map(|text| text.text.as_str())
                .collect();
            let ended = Etcd::try_on(release, &data);
            let is_predicted = said.iter().any(|text| ended.output.contains(text));
            let last: Vec<&str> = ended
                .output
                .lines()
                .filter(|line| {
                    ["panic", "fatal", "fault addr", "F |", "C |"]
                        .iter()
                        .any(|w| line.contains(w))
                })
                .take(3)
                .collect();
            // An etcd that dies must die with words we foretold; one that starts on a damaged
            // file is exactly why this check exists.
            if !ended.is_up && !is_predicted {
                problems.lock().unwrap().push(format!(
                    "{}: etcd died with {last:#?}, foretold was {said:#?}",
                    damage.name
                ));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_etcd_3_4_23_dies_with_is_foretold() {
    predicts("3.4.23", BboltAge::Before137);
}

#[test]
fn what_etcd_3_5_1_dies_with_is_foretold() {
    predicts("3.5.1", BboltAge::Before137);
}

#[test]
fn what_etcd_3_5_16_dies_with_is_foretold() {
    predicts("3.5.16", BboltAge::From137);
}
