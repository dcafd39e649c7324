// SPDX-License-Identifier: Apache-2.0

//! kill -9 and Ctrl-C in the middle; `resume` and `rollback` after it.

use crate::stand::Stand;

/// Kills the tool as soon as the journal shows the mark; `resume` must end healthy.
fn killed_at(mark: &str, node: usize) {
    let stand = Stand::broken("multiref", node);
    stand.lab.etcdctl(&["put", "before", mark]).unwrap();
    stand
        .run_until(&["node", &stand.name(node), "--yes"], mark)
        .kill();
    // The flags of the beginning are remembered.
    let output = stand.plain(&["resume"]);
    assert_eq!(output.code, Some(0), "after {mark}: {output:?}");
    stand.assert_whole();
    let read = stand.lab.etcdctl_on([stand.lab.node(node)]);
    let read = read
        .args(["get", "before", "--print-value-only"])
        .ok()
        .unwrap();
    assert_eq!(read.trim(), mark);
    let again = stand.plain(&["resume"]);
    assert_eq!(again.code, Some(2), "nothing is left to resume: {again:?}");
}

#[test]
fn killed_while_it_takes_the_snapshot() {
    killed_at("\"step\":\"snapshot\"", 1);
}

#[test]
fn killed_while_it_stops_the_member() {
    killed_at("\"step\":\"stop\"", 1);
}

#[test]
fn killed_while_it_removes_the_member() {
    killed_at("\"step\":\"remove\"", 1);
}

#[test]
fn killed_while_it_sets_the_data_aside() {
    killed_at("\"step\":\"set-aside\"", 1);
}

#[test]
fn killed_while_it_adds_the_member() {
    killed_at("\"step\":\"add\"", 1);
}

#[test]
fn killed_while_it_makes_the_container() {
    killed_at("\"step\":\"recreate\"", 1);
}

#[test]
fn killed_while_it_waits() {
    killed_at("\"step\":\"wait\"", 1);
}

#[test]
fn ctrl_c_stops_cleanly_and_rollback_is_as_before() {
    let stand = Stand::broken("multiref", 1);
    let before = stand.inspect(1, "etcd");
    let members = stand.lab.member_list(0).unwrap();
    let running = stand.run_until(&["node", &stand.name(1), "--yes"], "\"step\":\"stop\"");
    let (code, said) = running.interrupt();
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("resume"), "{said}");
    assert!(!stand.journal().contains("\"step\":\"set-aside\""));

    let output = stand.plain(&["rollback", "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let after = stand.inspect(1, "etcd");
    assert_eq!(before["Id"], after["Id"]);
    assert_eq!(before["HostConfig"], after["HostConfig"]);
    assert!(after["State"]["Running"] == true || after["State"]["Restarting"] == true);
    assert_eq!(stand.containers(1), ["etcd"]);
    assert_eq!(
        format!("{members:?}"),
        format!("{:?}", stand.lab.member_list(0).unwrap())
    );
    // And from there it can be done after all.
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

#[test]
fn rollback_after_the_removal_says_that_the_way_is_forward() {
    let stand = Stand::broken("multiref", 1);
    stand
        .run_until(
            &["node", &stand.name(1), "--yes"],
            "\"event\":\"done\",\"step\":\"remove\"",
        )
        .kill();
    let output = stand.plain(&["rollback", "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("resume"), "{output:?}");
    let output = stand.plain(&["resume"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

/// Another person, on another machine, without this journal.
#[test]
fn another_machine_is_refused_and_can_take_over() {
    let mut stand = Stand::broken("multiref", 1);
    stand
        .run_until(
            &["node", &stand.name(1), "--yes"],
            "\"event\":\"done\",\"step\":\"stop\"",
        )
        .kill();
    stand.state = tempfile::tempdir().unwrap();
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(another-replace)"), "{output:?}");
    let output = stand.replace(&["resume", &stand.name(1)]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}
