// SPDX-License-Identifier: Apache-2.0

//! The printed command, run in a real shell, makes the same container.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::cases::{Case, Outcome, check, pairs, random, singles};
use crate::lab::{Engine, podman, sid, system, trixie};

/// Random cases an engine; `cargo xtask soak inspect` asks for more.
const CASES: u32 = 24;
const MORE_CASES: &str = "INSPECT_RUN_CASES";

/// What single variants an engine (or its client) does not take, and why. All others must be.
const REFUSED: &[(&str, &str, &str)] = &[
    // podman 4.3 of Debian bookworm.
    ("podman", "--init", "container-init binary not found"),
    ("podman", "--device", "unknown server OS"),
    ("podman", "--security-opt", "opening seccomp profile failed"),
    ("podman", "--mount", "invalid mount option"),
    ("podman", "--network", "link is not supported"),
    ("podman", "--link", "link is not supported"),
    ("podman", "-p", "SCTP is not allowed"),
    ("podman", "-p", "invalid syntax"),
    ("podman", "--log-driver", "invalid log driver"),
];

/// What happened to many cases.
#[derive(Default)]
struct Tally {
    exact: AtomicUsize,
    ran: AtomicUsize,
    wrong: Mutex<Vec<String>>,
    refused: Mutex<Vec<(Case, String)>>,
}

/// Checks all cases, three at a time. A row that is refused is checked in halves, so that all that
/// the engine takes is checked with as much beside it as it takes. Each `start`th is started too.
fn check_all(engine: &Engine, cases: Vec<Case>, start: Option<usize>) -> Tally {
    let tally = Tally::default();
    let queue = Mutex::new(cases);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().pop() else {
                        return;
                    };
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let start = start.is_some_and(|each| index.is_multiple_of(each));
                    match check(engine, &case, &format!("c{index}"), start) {
                        Outcome::Exact { ran } => {
                            tally.exact.fetch_add(1, Ordering::Relaxed);
                            tally.ran.fetch_add(usize::from(ran), Ordering::Relaxed);
                        }
                        Outcome::Wrong(text) => tally.wrong.lock().unwrap().push(text),
                        Outcome::Refused(_) if case.parts.len() > 1 => {
                            queue.lock().unwrap().extend(case.halves());
                        }
                        Outcome::Refused(said) => {
                            tally.refused.lock().unwrap().push((case, said));
                        }
                    }
                }
            });
        }
    });
    let wrong = tally.wrong.lock().unwrap();
    assert!(
        wrong.is_empty(),
        "{} of {} are not exact:\n\n{}",
        wrong.len(),
        wrong.len() + tally.exact.load(Ordering::Relaxed),
        wrong.join("\n\n")
    );
    drop(wrong);
    tally
}

/// Every variant of every option makes the round trip, but for those that the engine is known to
/// refuse.
fn covers(engine: &Engine, start: usize) {
    let tally = check_all(engine, singles(engine.api()), Some(start));
    for (case, said) in tally.refused.lock().unwrap().iter() {
        // Whether an image's words go without an entrypoint is no matter of the option.
        let again = Case {
            command: 0,
            ..case.clone()
        };
        match check(engine, &again, "again", false) {
            Outcome::Refused(_) => {}
            Outcome::Exact { .. } => continue,
            Outcome::Wrong(text) => panic!("{text}"),
        }
        let option = case.options()[0];
        let known = REFUSED
            .iter()
            .any(|(name, flag, why)| *name == engine.name && *flag == option && said.contains(why));
        assert!(
            known,
            "{} refuses {:?}: {said}",
            engine.name,
            case.options()
        );
    }
    let (exact, ran) = (tally.exact.into_inner(), tally.ran.into_inner());
    // Some have users, devices or programs that are not there.
    assert!(ran * start * 2 > exact, "only {ran} of {exact} ran");
}

fn holds_for_pairs(engine: &Engine) {
    let tally = check_all(engine, pairs(engine.api()), None);
    let refused = tally.refused.into_inner().unwrap();
    let refused: Vec<_> = refused
        .iter()
        .map(|(case, said)| format!("{:?} {said}", case.options()))
        .collect();
    assert!(refused.len() < 5, "{refused:#?}");
}

fn holds_for_random_cases(engine: &Engine) {
    let cases = std::env::var(MORE_CASES).ok();
    let config = Config {
        cases: cases.map_or(CASES, |cases| cases.parse().unwrap()),
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    };
    let count = AtomicUsize::new(0);
    let done = TestRunner::new(config).run(&random(engine.api()), |case| {
        let index = count.fetch_add(1, Ordering::Relaxed);
        match check(engine, &case, &format!("r{index}"), index.is_multiple_of(4)) {
            Outcome::Refused(_) => Err(TestCaseError::reject("refused by the engine")),
            Outcome::Exact { .. } => Ok(()),
            Outcome::Wrong(text) => Err(TestCaseError::fail(text)),
        }
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

#[test]
fn every_option_on_debian_bookworms_engine() {
    covers(system(), 1);
}

#[test]
fn every_option_on_debian_trixies_engine() {
    covers(trixie(), 1);
}

#[test]
fn every_option_on_debian_sids_engine() {
    covers(sid(), 1);
}

#[test]
fn every_option_through_podmans_socket() {
    // It takes a second for each.
    covers(podman(), 4);
}

#[test]
fn options_beside_each_other_on_debian_bookworms_engine() {
    holds_for_pairs(system());
}

#[test]
fn options_beside_each_other_on_debian_trixies_engine() {
    holds_for_pairs(trixie());
}

#[test]
fn options_beside_each_other_on_debian_sids_engine() {
    holds_for_pairs(sid());
}

#[test]
fn random_options_on_debian_bookworms_engine() {
    holds_for_random_cases(system());
}

#[test]
fn random_options_on_debian_trixies_engine() {
    holds_for_random_cases(trixie());
}

#[test]
fn random_options_on_debian_sids_engine() {
    holds_for_random_cases(sid());
}
