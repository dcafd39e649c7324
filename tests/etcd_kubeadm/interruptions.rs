// SPDX-License-Identifier: Apache-2.0
//! kill -9 and Ctrl-C in the middle; `resume` and `rollback` after it.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::stand::Stand;

/// Kills the tool once the journal shows the mark, `later` after that; `resume` must end healthy.
fn killed_at(mark: &str, later: Duration, node: usize) {
    let stand = Stand::broken(node);
    stand.lab.etcdctl(&["put", "before", mark]).unwrap();
    let mut child = stand.run_until(&["node", &stand.name(node), "--yes"], mark);
    thread::sleep(later);
    child.kill().unwrap();
    child.wait().unwrap();
    let output = stand.replace(&["resume"]);
    assert_eq!(output.code, Some(0), "after {mark}: {output:?}");
    let read = stand.lab.etcdctl_on([stand.lab.node(node)]);
    let read = read.args(["get", "before", "--print-value-only"]);
    assert_eq!(read.ok().unwrap().trim(), mark);
    // The killed run's own helper ends by itself; what the resumed one made is gone.
    stand.assert_whole();
}

#[test]
fn killed_while_the_manifest_is_moved_out() {
    killed_at("\"step\":\"stop\"", Duration::from_millis(500), 1);
}

/// Neither a pod nor an entry is left to tell who it was: the kept manifest does.
#[test]
fn killed_after_the_member_was_removed() {
    killed_at("\"step\":\"set-aside\"", Duration::ZERO, 1);
}

#[test]
fn killed_while_the_new_manifest_is_written() {
    killed_at("\"step\":\"recreate\"", Duration::from_secs(8), 2);
}

#[test]
fn ctrl_c_stops_cleanly_and_rollback_is_as_before() {
    let stand = Stand::broken(1);
    let manifest = fs::read_to_string(stand.manifest(1)).unwrap();
    let members = stand.lab.member_list(0).unwrap();
    let name = stand.name(1);
    let mut child = stand.run_until(&["node", &name, "--yes"], "\"step\":\"stop\"");
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(5), "{}", stand.journal());

    let output = stand.replace(&["rollback", "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(fs::read_to_string(stand.manifest(1)).unwrap(), manifest);
    let after = stand.lab.member_list(0).unwrap();
    assert_eq!(format!("{members:?}"), format!("{after:?}"));
    assert_eq!(stand.helpers(), "", "helper pods are gone");
}
