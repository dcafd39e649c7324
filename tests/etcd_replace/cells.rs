// SPDX-License-Identifier: Apache-2.0

//! Every cell of `docs/replace-start-table.md`: what is there decides where it starts.

use std::thread;
use std::time::{Duration, Instant};

use lab::Node;
use serde_json::Value;
use shared::replace::start::{ENTRIES, PROCESSES, start};
use shared::replace::world::{EntryState, ProcessState};

use crate::stand::Stand;

/// The node that every cell is about.
const TARGET: usize = 1;

/// The world is in this cell, and the plan starts where the table says.
fn assert_cell(stand: &Stand, entry: EntryState, process: ProcessState) {
    let output = stand.replace(&["plan", &stand.name(TARGET), "-o", "json"]);
    let plan: Value = serde_json::from_str(&output.stdout).unwrap_or_default();
    let json = |value: serde_json::Result<Value>| value.unwrap();
    assert_eq!(
        plan["entry"],
        json(serde_json::to_value(entry)),
        "{output:?}"
    );
    assert_eq!(
        plan["process"],
        json(serde_json::to_value(process)),
        "{output:?}"
    );
    let wanted = serde_json::to_value(start(entry, process)).unwrap();
    assert_eq!(plan["start"], wanted, "{output:?}");
}

/// From this cell to a whole cluster.
fn cured(stand: &Stand, entry: EntryState, process: ProcessState) {
    assert_cell(stand, entry, process);
    let output = stand.replace(&["node", &stand.name(TARGET), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

/// From this cell nothing is done.
fn refused(stand: &Stand, id: &str) {
    let before = stand.picture(0, TARGET);
    let output = stand.replace(&["node", &stand.name(TARGET), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains(&format!("({id})")), "{output:?}");
    assert_eq!(before, stand.picture(0, TARGET));
}

fn target(stand: &Stand) -> &Node {
    stand.lab.node(TARGET)
}

fn docker<const N: usize>(stand: &Stand, words: [&str; N]) {
    target(stand).docker(words).ok().unwrap();
}

/// The target's entry goes, by a survivor's hand.
fn remove_entry(stand: &Stand) {
    let url = target(stand).peer_url();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let members = stand.lab.member_list(0).unwrap();
        let Some(member) = members.iter().find(|m| m.peer_urls.contains(&url)) else {
            return;
        };
        let asked = stand.lab.etcdctl_on([stand.lab.node(0)]);
        let done = asked
            .args(["member", "remove", &member.hex()])
            .done()
            .unwrap();
        assert!(Instant::now() < deadline, "{done:?}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Nothing of raft comes or goes any more.
fn cut(stand: &Stand) {
    for chain in ["INPUT", "OUTPUT"] {
        for side in ["--dport", "--sport"] {
            let rule = ["-A", chain, "-p", "tcp", side, "2380", "-j", "DROP"];
            let iptables = target(stand).in_network(["iptables", "-w"]);
            iptables.args(rule).ok().unwrap();
        }
    }
}

fn mend(stand: &Stand) {
    target(stand)
        .in_network(["iptables", "-w", "-F"])
        .ok()
        .unwrap();
}

/// The members must not be led by the target when it goes.
fn lead_elsewhere(stand: &Stand) {
    let status = stand.lab.etcdctl_on([target(stand)]);
    let status = status
        .args(["-w", "json", "endpoint", "status"])
        .ok()
        .unwrap();
    let status: Value = serde_json::from_str(&status).unwrap();
    let heir = stand.lab.member_list(0).unwrap();
    let url = stand.lab.node(0).peer_url();
    let heir = heir.iter().find(|m| m.peer_urls.contains(&url)).unwrap();
    if status[0]["Status"]["leader"] == status[0]["Status"]["header"]["member_id"] {
        let move_leader = stand.lab.etcdctl_on([target(stand)]);
        move_leader.args(["move-leader", &heir.hex()]).ok().unwrap();
    }
}

#[test]
fn listed_started_running_as_member() {
    let stand = Stand::new();
    assert_cell(
        &stand,
        EntryState::ListedStarted,
        ProcessState::RunningAsMember,
    );
    refused(&stand, "target-healthy");
}

#[test]
fn listed_started_running_foreign() {
    let stand = Stand::broken("foreign-single-member", TARGET);
    cured(
        &stand,
        EntryState::ListedStarted,
        ProcessState::RunningForeign,
    );
}

#[test]
fn listed_started_running_silent() {
    let stand = Stand::new();
    docker(&stand, ["kill", "--signal", "STOP", "etcd"]);
    cured(
        &stand,
        EntryState::ListedStarted,
        ProcessState::RunningSilent,
    );
}

#[test]
fn listed_started_crash_looping() {
    let stand = Stand::broken("page-zeroed", TARGET);
    cured(
        &stand,
        EntryState::ListedStarted,
        ProcessState::CrashLooping,
    );
}

#[test]
fn listed_started_stopped() {
    let stand = Stand::new();
    docker(&stand, ["stop", "etcd"]);
    cured(&stand, EntryState::ListedStarted, ProcessState::Stopped);
    let policy = stand.inspect(TARGET, "etcd")["HostConfig"]["RestartPolicy"]["Name"].clone();
    assert_eq!(policy, "always", "as it was asked for at the beginning");
}

#[test]
fn listed_started_absent() {
    let stand = Stand::new();
    docker(&stand, ["rm", "--force", "etcd"]);
    refused(&stand, "process-absent");
}

/// A member serves clients only after it has told its name, so one that runs and is listed without
/// a name is in between for a moment, or has none: then it is not known how to start it again.
#[test]
fn listed_unstarted_running_as_member() {
    let stand = Stand::new();
    stand.remake(TARGET, |made| made.flag("name", ""));
    let url = target(&stand).peer_url();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let members = stand.lab.member_list(0).unwrap();
        let entry = members.iter().find(|m| m.peer_urls.contains(&url)).unwrap();
        if entry.name.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "{members:?}");
        thread::sleep(Duration::from_millis(200));
    }
    stand.lab.wait_healthy(Duration::from_secs(60)).unwrap();
    assert_cell(
        &stand,
        EntryState::ListedUnstarted,
        ProcessState::RunningAsMember,
    );
    refused(&stand, "unknown-settings");
}

fn add_entry(stand: &Stand) {
    let node = target(stand);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let add = stand.lab.etcdctl_on([stand.lab.node(0)]);
        let urls = format!("--peer-urls={}", node.peer_url());
        let add = add.args(["member", "add", &node.member_name(), "--learner", &urls]);
        if add.try_it() {
            return;
        }
        assert!(Instant::now() < deadline, "the add is not accepted");
        thread::sleep(Duration::from_millis(500));
    }
}

/// Removed, wiped, added again, and started with `new` and a list of itself alone.
#[test]
fn listed_unstarted_running_foreign() {
    let stand = Stand::broken("foreign-single-member", TARGET);
    remove_entry(&stand);
    add_entry(&stand);
    cured(
        &stand,
        EntryState::ListedUnstarted,
        ProcessState::RunningForeign,
    );
    stand.assert_survives_restarts(TARGET);
}

/// As the incident's owner left it: removed, wiped, added again, started with `new` and a list
/// whose members want nothing to do with it.
#[test]
fn listed_unstarted_running_silent() {
    let stand = Stand::broken("wiped-new-other-list", TARGET);
    cured(
        &stand,
        EntryState::ListedUnstarted,
        ProcessState::RunningSilent,
    );
    stand.assert_survives_restarts(TARGET);
}

/// Started under a name that its own list lacks: the entry at its peer URL has no name yet, so the
/// container's own is right, and the list has to follow.
#[test]
fn listed_unstarted_crash_looping() {
    let stand = Stand::broken("name-not-in-list", TARGET);
    cured(
        &stand,
        EntryState::ListedUnstarted,
        ProcessState::CrashLooping,
    );
    assert!(
        !stand.journal().contains("\"event\":\"added\""),
        "the entry is kept"
    );
}

#[test]
fn listed_unstarted_stopped() {
    let stand = Stand::broken("wiped-new-other-list", TARGET);
    docker(&stand, ["stop", "etcd"]);
    cured(&stand, EntryState::ListedUnstarted, ProcessState::Stopped);
}

#[test]
fn listed_unstarted_absent() {
    let stand = Stand::broken("member-added-never-started", TARGET);
    refused(&stand, "process-absent");
}

/// Cut off, it never hears of its removal and runs on from its old data.
#[test]
fn not_listed_running_as_member() {
    let stand = Stand::new();
    lead_elsewhere(&stand);
    cut(&stand);
    remove_entry(&stand);
    assert_cell(&stand, EntryState::NotListed, ProcessState::RunningAsMember);
    let running = stand.run_until(
        &["node", &stand.name(TARGET), "--yes"],
        "\"event\":\"done\",\"step\":\"stop\"",
    );
    mend(&stand);
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "{said}");
    stand.assert_whole();
}

#[test]
fn not_listed_running_foreign() {
    let stand = Stand::broken("foreign-single-member", TARGET);
    remove_entry(&stand);
    cured(&stand, EntryState::NotListed, ProcessState::RunningForeign);
}

#[test]
fn not_listed_running_silent() {
    let stand = Stand::new();
    lead_elsewhere(&stand);
    docker(&stand, ["kill", "--signal", "STOP", "etcd"]);
    remove_entry(&stand);
    cured(&stand, EntryState::NotListed, ProcessState::RunningSilent);
}

#[test]
fn not_listed_crash_looping() {
    let stand = Stand::broken("stale-data-after-removal", TARGET);
    cured(&stand, EntryState::NotListed, ProcessState::CrashLooping);
}

#[test]
fn not_listed_stopped() {
    let stand = Stand::new();
    lead_elsewhere(&stand);
    docker(&stand, ["stop", "etcd"]);
    remove_entry(&stand);
    cured(&stand, EntryState::NotListed, ProcessState::Stopped);
}

/// Neither the list nor the engine knows anything of it but the node's name.
#[test]
fn not_listed_absent() {
    let stand = Stand::broken("stale-data-after-removal", TARGET);
    docker(&stand, ["rm", "--force", "etcd"]);
    refused(&stand, "process-absent");
}

#[test]
fn every_cell_of_the_table_has_its_test() {
    let source = include_str!("cells.rs");
    for entry in ENTRIES {
        for process in PROCESSES {
            let [entry, process] = [serde_json::to_value(entry), serde_json::to_value(process)]
                .map(|value| value.unwrap().as_str().unwrap().replace('-', "_"));
            let test = format!("fn {entry}_{process}()");
            assert!(source.contains(&test), "{test}");
        }
    }
}
