// SPDX-License-Identifier: Apache-2.0

//! The corpus: small real files, as they are and broken in thousands of ways.

use std::fs;
use std::path::{Path, PathBuf};

use shared::db::{CheckOptions, InspectOptions, Verdict, check_source, inspect, wal_identity_of};

use crate::mutate::{Random, mutate};

/// Broken variants of each file; `cargo xtask fuzz db` makes as many as time allows.
const VARIANTS: u64 = 400;

fn fixtures() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/db");
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 5);
    paths
}

#[test]
fn the_real_files_are_sound() {
    for path in fixtures() {
        let report = inspect(&path, &InspectOptions::default(), &|_| ()).unwrap();
        // A segment cut to its written part has no reserved space.
        let is_segment = path.extension().is_some_and(|extension| extension == "wal");
        let expected = if is_segment {
            Verdict::Warning
        } else {
            Verdict::Sound
        };
        assert_eq!(report.verdict, expected, "{}: {report:?}", path.display());
    }
}

#[test]
fn no_broken_variant_panics_or_runs_away() {
    let dir = tempfile::tempdir().unwrap();
    for path in fixtures() {
        let sound = fs::read(&path).unwrap();
        let copy = dir.path().join(path.file_name().unwrap());
        for seed in 0..VARIANTS {
            let mut bytes = sound.clone();
            mutate(&mut bytes, &mut Random::new(seed));
            let report = check_source(&bytes[..], CheckOptions::default(), &|_| ());
            assert!(report.faults.len() <= 1100);
            let _ = wal_identity_of(&bytes);
            if seed % 4 == 0 {
                fs::write(&copy, &bytes).unwrap();
                // An error is an answer too; a panic is none.
                let _ = inspect(&copy, &InspectOptions::default(), &|_| ());
            }
        }
    }
}
