// SPDX-License-Identifier: Apache-2.0

//! A run that is killed, stopped or loses its engine at any step.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::service::{assert_as_before, assert_made_anew, go, names, running, service, words};
use super::steps::{at_each_step, signalled, through};
use crate::lab::{Output, Proxy, When, private, sid, system, trixie};

#[test]
fn killed_at_any_step_a_second_run_finishes() {
    for (engine, policy) in [(sid(), "always"), (system(), "no")] {
        let steps = at_each_step(|at, when| {
            let name = service(
                engine,
                &format!("killed-{at}-{when:?}"),
                &["--restart", policy],
            );
            let ended = signalled(engine, &name, "-KILL", at, when).is_some();
            if ended {
                let out = go(engine, &name);
                assert_eq!(out.code, Some(0), "at {at} {when:?}: {}", out.stderr);
            }
            assert_made_anew(engine, &name, policy, 1);
            engine.remove(&name);
            ended
        });
        // create, rename, (policy,) stop, rename, start, (policy,) rename
        assert_eq!(steps, if policy == "always" { 8 } else { 6 });
    }
}

#[test]
fn stopped_by_the_user_at_any_step_the_old_one_is_back() {
    let engine = trixie();
    let steps = at_each_step(|at, when| {
        let name = service(
            engine,
            &format!("stopped-{at}-{when:?}"),
            &["--restart", "on-failure:3"],
        );
        let before = engine.inspect(&name);
        let out = signalled(engine, &name, ["-INT", "-TERM", "-HUP"][at % 3], at, when);
        match &out {
            // The last step was done already.
            Some(out) if out.code == Some(0) => assert_made_anew(engine, &name, "on-failure", 1),
            Some(out) => {
                assert_eq!(out.code, Some(5), "at {at} {when:?}: {}", out.stderr);
                assert_as_before(engine, &name, &before);
            }
            None => {}
        }
        for one in names(engine, &name) {
            engine.remove(&one);
        }
        out.is_some_and(|out| out.code == Some(5))
    });
    assert!(steps >= 6, "{steps}");
}

#[test]
fn a_vanishing_container_survives_a_kill_at_any_step() {
    let engine = trixie();
    let steps = at_each_step(|at, when| {
        let name = service(engine, &format!("rmkilled-{at}-{when:?}"), &["--rm"]);
        let ended = signalled(engine, &name, "-KILL", at, when).is_some();
        if ended {
            let out = go(engine, &name);
            assert_eq!(out.code, Some(0), "at {at} {when:?}: {}", out.stderr);
        }
        assert_made_anew(engine, &name, "no", 1);
        engine.remove(&name);
        ended
    });
    assert_eq!(steps, 6);
}

#[test]
fn an_engine_that_restarts_halfway_does_not_lose_the_service() {
    let engine = Arc::new(private("sid", "restart"));
    for at in 0..8 {
        let name = service(&engine, &format!("restart-{at}"), &["--restart", "always"]);
        let restarted = Arc::clone(&engine);
        let proxy = Proxy::start(&engine.socket, at, When::Before, move || {
            restarted.daemon.as_ref().unwrap().restart();
            true
        });
        let out = through(&proxy, &name)
            .wait_with_output()
            .map(Output::of)
            .unwrap();
        engine.wait();
        let start = Instant::now();
        while !running(&engine, &name) {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "at {at}: {:?} {}",
                names(&engine, &name),
                out.stderr
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        if out.code != Some(0) {
            // The old one is back, or another run brings it back first.
            assert_eq!(
                words(&engine.inspect(&name)),
                ["--mode=one"],
                "at {at}: {}",
                out.stderr
            );
            let again = go(&engine, &name);
            assert_eq!(
                again.code,
                Some(0),
                "at {at}: {}\n{}",
                out.stderr,
                again.stderr
            );
        }
        assert_made_anew(&engine, &name, "always", 1);
        engine.remove(&name);
    }
}
