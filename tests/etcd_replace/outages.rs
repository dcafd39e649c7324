// SPDX-License-Identifier: Apache-2.0

//! What fails beside the target while it is replaced: a survivor, the network.
//!
//! CI takes one step of each; `ETCD_REPLACE_OUTAGES=all` takes every one (`cargo xtask soak`).

use std::process::Command;
use std::time::Duration;

use crate::stand::Stand;

const TARGET: usize = 1;
const SURVIVOR: usize = 2;

/// Steps in the middle of which something fails.
const STEPS: &[&str] = &[
    "snapshot",
    "save",
    "stop",
    "remove",
    "set-aside",
    "add",
    "recreate",
    "wait",
];

fn steps(one: &'static str) -> Vec<&'static str> {
    if std::env::var("ETCD_REPLACE_OUTAGES").is_ok_and(|which| which == "all") {
        STEPS.to_vec()
    } else {
        vec![one]
    }
}

/// With three members nothing can go on without the other survivor: it stops, names the member to
/// bring back, and once that is back `resume` ends healthy.
#[test]
fn a_survivor_of_three_dies() {
    for step in steps("set-aside") {
        let stand = Stand::broken("multiref", TARGET);
        stand.lab.etcdctl(&["put", "before", step]).unwrap();
        let mark = format!("\"event\":\"step\",\"step\":\"{step}\"");
        let running = stand.run_until(
            &["node", &stand.name(TARGET), "--yes", "--wait", "40s"],
            &mark,
        );
        let survivor = stand.lab.node(SURVIVOR);
        survivor.stop_etcd().unwrap();
        let (code, said) = running.end();
        println!("survivor dead at {step}: {code:?}");
        assert_ne!(code, Some(0), "{step}: {said}");
        let name = survivor.member_name();
        assert!(said.contains(&name), "{step}: names {name}: {said}");
        survivor.start_etcd().unwrap();
        let others = [stand.lab.node(0), survivor];
        let health = || {
            let health = stand.lab.etcdctl_on(others);
            health
                .args(["--command-timeout=5s", "endpoint", "health"])
                .try_it()
        };
        while !health() {
            std::thread::sleep(Duration::from_secs(1));
        }
        // Refused before anything that lasts: then it is as before, and begins anew.
        let words = if code == Some(3) {
            vec!["node".to_owned(), stand.name(TARGET), "--yes".to_owned()]
        } else {
            vec!["resume".to_owned(), stand.name(TARGET)]
        };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = stand.replace(&words);
        assert_eq!(output.code, Some(0), "{step}: {output:?}");
        stand.assert_whole();
    }
}

/// The node loses its network in the middle and gets it back: what was under way goes on, or is
/// resumed.
#[test]
fn the_targets_network_is_cut() {
    for step in steps("wait") {
        let stand = Stand::broken("multiref", TARGET);
        let mark = format!("\"event\":\"step\",\"step\":\"{step}\"");
        let running = stand.run_until(&["node", &stand.name(TARGET), "--yes"], &mark);
        link(&stand, "down");
        std::thread::sleep(Duration::from_secs(8));
        link(&stand, "up");
        let (code, said) = running.end();
        println!("network cut at {step}: {code:?}");
        if code != Some(0) {
            assert_eq!(code, Some(1), "{step}: {said}");
            let output = stand.replace(&["resume", &stand.name(TARGET)]);
            assert_eq!(output.code, Some(0), "{step}: {output:?}");
        }
        stand.assert_whole();
    }
}

fn link(stand: &Stand, state: &str) {
    let cable = &stand.lab.node(TARGET).cable;
    let status = Command::new("ip")
        .args(["link", "set", cable, state])
        .status();
    assert!(status.unwrap().success());
}
