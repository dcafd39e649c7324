// SPDX-License-Identifier: Apache-2.0

//! kill -9 around every single call that changes something on the target's engine: before the
//! engine gets it, and after the engine did it and before its answer (and so before the journal
//! hears of it). Then `resume` ends healthy, or `rollback`, where that is still possible, as before.
//!
//! CI takes some of the calls; `ETCD_REPLACE_CRASHES=all` takes every one (`cargo xtask soak`).

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::proxy::{Proxy, When};
use crate::stand::Stand;

const TARGET: usize = 1;

/// What a run with a kill came to.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    /// It ended before that call.
    NotSoFar,
    /// Resumed and whole.
    Resumed,
    /// Rolled back, as before.
    RolledBack,
}

fn killed_around(call: usize, when: When, prefers_rollback: bool) -> Came {
    let stand = Stand::broken("multiref", TARGET);
    stand.lab.etcdctl(&["put", "before", "kill"]).unwrap();
    let inspect = stand.inspect(TARGET, "etcd");
    let members = stand.lab.member_list(0).unwrap();
    let tool = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&tool);
    let engine = stand.lab.node(TARGET).docker_socket();
    let proxy = Proxy::start(&engine, call, when, move || {
        let mut pid = seen.load(Ordering::SeqCst);
        while pid == 0 {
            std::thread::sleep(Duration::from_millis(1));
            pid = seen.load(Ordering::SeqCst);
        }
        let pid = pid.to_string();
        let kill = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(kill.success());
        false
    });
    let mut access = Vec::new();
    for (number, node) in stand.lab.members().iter().enumerate() {
        let host = if number == TARGET {
            format!("unix://{}", proxy.socket.display())
        } else {
            node.docker_host()
        };
        access.extend(["--docker-host".to_owned(), format!("{}={host}", node.name)]);
    }
    let name = stand.name(TARGET);
    let mut words = vec!["node", &name, "--yes"];
    words.extend(access.iter().map(String::as_str));
    let mut child = stand
        .command(&words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tool.store(child.id(), Ordering::SeqCst);
    let status = child.wait().unwrap();
    if status.code() == Some(0) {
        return Came::NotSoFar;
    }
    assert_eq!(status.code(), None, "it was killed");
    let journal = stand.journal();
    let at = format!("call {call} {when:?}, journal: {journal}");
    if !journal.contains("\"event\":\"begun\"") {
        // Nothing was begun: there is nothing to resume, and it begins anew.
        let output = stand.plain(&words);
        assert_eq!(output.code, Some(0), "{at}: {output:?}");
        stand.assert_whole();
        return Came::Resumed;
    }
    if prefers_rollback && !journal.contains("\"step\":\"remove\"") {
        let output = stand.plain(&["rollback", "--yes"]);
        assert_eq!(output.code, Some(0), "{at}: {output:?}");
        let after = stand.inspect(TARGET, "etcd");
        assert_eq!(inspect["Id"], after["Id"], "{at}");
        assert_eq!(inspect["HostConfig"], after["HostConfig"], "{at}");
        assert!(runs(&after), "{at}: {}", after["State"]);
        assert_eq!(stand.containers(TARGET), ["etcd"], "{at}");
        let now = stand.lab.member_list(0).unwrap();
        assert_eq!(format!("{members:?}"), format!("{now:?}"), "{at}");
        return Came::RolledBack;
    }
    let output = stand.plain(&["resume"]);
    assert_eq!(output.code, Some(0), "{at}: {output:?}");
    stand.assert_whole();
    let read = stand.lab.etcdctl_on([stand.lab.node(TARGET)]);
    let read = read
        .args(["get", "before", "--print-value-only"])
        .ok()
        .unwrap();
    assert_eq!(read.trim(), "kill", "{at}");
    let ours: Vec<_> = stand
        .containers(TARGET)
        .into_iter()
        .filter(|name| name != "etcd" && !name.starts_with("etcd-before-"))
        .collect();
    assert!(ours.is_empty(), "{at}: {ours:?}");
    Came::Resumed
}

fn runs(inspect: &Value) -> bool {
    let state = &inspect["State"];
    state["Running"] == true || state["Restarting"] == true
}

/// Some calls, spread over the run; every one where all are asked for.
fn some_calls(when: When, few: &[usize]) {
    if std::env::var("ETCD_REPLACE_CRASHES").is_ok_and(|which| which == "all") {
        for call in 0.. {
            for prefers_rollback in [false, true] {
                let came = killed_around(call, when, prefers_rollback);
                println!("call {call} {when:?}: {came:?}");
                if came == Came::NotSoFar {
                    return;
                }
            }
        }
    }
    for (number, call) in few.iter().enumerate() {
        let came = killed_around(*call, when, number % 2 == 1);
        assert_ne!(came, Came::NotSoFar, "there are fewer than {call} calls");
    }
}

#[test]
fn killed_before_a_call() {
    some_calls(When::Before, &[18, 24]);
}

#[test]
fn killed_after_a_call_and_before_its_answer() {
    some_calls(When::After, &[30, 22]);
}
