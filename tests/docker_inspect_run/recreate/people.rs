// SPDX-License-Identifier: Apache-2.0

//! Who does it: a person at a terminal, two people at once, somebody on another machine, and those
//! who would make the container again by themselves.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use super::service::{GO, assert_as_before, assert_made_anew, go, names, service, starts};
use super::steps::{signalled, through};
use crate::lab::{Engine, Output, Proxy, When, program, sid, tool};

/// Runs the tool on a terminal and types `keys` at its question; the exit code and what was shown.
fn on_terminal(engine: &Engine, words: &[&str], keys: &str) -> (Option<i32>, String) {
    let program = program().display().to_string();
    let host = engine.host();
    let all = [&[program.as_str(), "--host", &host], words].concat();
    let line = all
        .iter()
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>();
    // `exec`: a shell that stays between would meet Ctrl-C too and answer 130 for the program.
    let line = format!("exec {}", line.join(" "));
    let mut child = Command::new("script")
        .args(["-qefc", &line, "/dev/null"])
        .env_remove("DOCKER_HOST")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = screen.read(&mut bytes) {
        let asked = String::from_utf8_lossy(&shown).matches("[y/N]").count();
        shown.extend(&bytes[..count]);
        if String::from_utf8_lossy(&shown).matches("[y/N]").count() > asked {
            keyboard.write_all(keys.as_bytes()).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    (code, String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn a_person_is_asked_and_may_say_no() {
    let engine = sid();
    let name = service(engine, "asked", &[]);
    let before = engine.inspect(&name);
    let words = [
        "--recreate",
        "--stay-up",
        "1",
        "--set-arg",
        "mode=two",
        &name,
    ];
    for (keys, expected, said) in [
        ("n\n", 3, "not confirmed"),
        ("\n", 3, "not confirmed"),
        // Ctrl-D and Ctrl-C.
        ("\u{4}", 3, "not confirmed"),
        ("\u{3}", 5, "nothing was changed"),
    ] {
        let (code, shown) = on_terminal(engine, &words, keys);
        assert_eq!(code, Some(expected), "{keys:?}: {shown}");
        assert!(shown.contains("--mode=one -> --mode=two"), "{shown}");
        assert!(shown.contains(said), "{shown}");
        assert_as_before(engine, &name, &before);
        assert_eq!(
            engine.inspect(&name)["State"]["StartedAt"],
            before["State"]["StartedAt"]
        );
    }
    let (code, shown) = on_terminal(engine, &words, "y\n");
    assert_eq!(code, Some(0), "{shown}");
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&name);
}

#[test]
fn two_at_once_do_not_meet() {
    let engine = sid();
    let name = service(engine, "both", &[]);
    let second = Arc::new(Mutex::new(None));
    let (its, host, own) = (Arc::clone(&second), engine.host(), name.clone());
    // The old one is stopped by the first run when the second one begins.
    let proxy = Proxy::start(&engine.socket, 3, When::Before, move || {
        let out = crate::lab::command()
            .args(["--host", &host])
            .args(GO)
            .arg(&own)
            .output()
            .unwrap();
        *its.lock().unwrap() = Some(Output::of(out));
        true
    });
    let first = Output::of(through(&proxy, &name).wait_with_output().unwrap());
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let second = second.lock().unwrap().take().unwrap();
    assert_eq!(second.code, Some(3), "{}", second.stderr);
    assert!(
        second.stderr.contains("another run is at work"),
        "{}",
        second.stderr
    );
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&name);
}

#[test]
fn a_run_on_another_machine_is_not_taken_for_broken_off() {
    let engine = sid();
    let name = service(engine, "elsewhere", &["--restart", "always"]);
    assert!(signalled(engine, &name, "-KILL", 4, When::Before).is_some());
    let begun = names(engine, &name)
        .into_iter()
        .find(|one| one.contains("-before-"))
        .unwrap();
    let (rest, _) = begun.rsplit_once('.').unwrap();
    let theirs = format!("{rest}.00000000");
    engine.docker(&["rename", &begun, &theirs]);
    let all = names(engine, &name);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    assert!(
        out.stderr.contains("on another machine") && out.stderr.contains("--take-over"),
        "{}",
        out.stderr
    );
    assert_eq!(names(engine, &name), all);
    let out = tool(engine, &[&GO[..], &["--take-over", &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_made_anew(engine, &name, "always", 1);
    engine.remove(&name);
}

#[test]
fn what_an_orchestrator_makes_is_its_own_affair() {
    let engine = sid();
    for (label, code, said) in [
        ("com.docker.swarm.task.id=x", 3, "docker service update"),
        ("io.kubernetes.pod.name=etcd-n1", 3, "kubelet"),
        ("com.docker.compose.project=shop", 0, "change it there too"),
    ] {
        let name = service(engine, "managed", &["--label", label]);
        let before = engine.inspect(&name);
        let out = go(engine, &name);
        assert_eq!(out.code, Some(code), "{}", out.stderr);
        assert!(out.stderr.contains(said), "{}", out.stderr);
        if code == 0 {
            assert_made_anew(engine, &name, "no", 1);
        } else {
            assert_as_before(engine, &name, &before);
            assert_eq!(starts(engine, &name), 1);
        }
        engine.remove(&name);
    }
}
