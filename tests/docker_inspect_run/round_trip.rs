//! The printed command, run in a real shell, makes the same container.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::cases::{Case, check, covering, random};
use crate::lab::{Engine, podman, sid, system, trixie};

/// Rows of the covering array beside every variant alone.
const ROWS: usize = 60;
/// Random cases an engine.
const CASES: u32 = 40;

/// Checks all cases, two at a time, and returns how many the engine took.
fn check_all(engine: &Engine, cases: &[Case]) -> usize {
    let next = AtomicUsize::new(0);
    let taken = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { return };
                    match check(engine, case, &format!("c{index}")) {
                        None => {}
                        Some(Ok(())) => drop(taken.fetch_add(1, Ordering::Relaxed)),
                        Some(Err(text)) => failures.lock().unwrap().push(text),
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let taken = taken.into_inner();
    assert!(
        failures.is_empty(),
        "{} of {} are not exact:\n\n{}",
        failures.len(),
        failures.len() + taken,
        failures.join("\n\n")
    );
    taken
}

fn covers(engine: &Engine) {
    let cases = covering(engine.api(), ROWS);
    let taken = check_all(engine, &cases);
    // The few refused ones are options that exclude each other on this engine or kernel.
    assert!(
        taken * 10 >= cases.len() * 8,
        "{taken} of {} were taken",
        cases.len()
    );
}

fn holds_for_random_cases(engine: &Engine) {
    let config = Config {
        cases: CASES,
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    };
    let count = AtomicUsize::new(0);
    let done = TestRunner::new(config).run(&random(engine.api()), |case| {
        let index = count.fetch_add(1, Ordering::Relaxed);
        match check(engine, &case, &format!("r{index}")) {
            None => Err(TestCaseError::reject("refused by the engine")),
            Some(result) => result.map_err(TestCaseError::fail),
        }
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

#[test]
fn every_option_on_debian_bookworms_engine() {
    covers(system());
}

#[test]
fn every_option_on_debian_trixies_engine() {
    covers(trixie());
}

#[test]
fn every_option_on_debian_sids_engine() {
    covers(sid());
}

#[test]
fn every_option_through_podmans_socket() {
    let engine = podman();
    let taken = check_all(engine, &covering(engine.api(), 0));
    assert!(taken > 60, "{taken} were taken");
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
