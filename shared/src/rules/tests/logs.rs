// SPDX-License-Identifier: Apache-2.0

//! The log's cause on top of what is seen from outside. The lines are from live runs.

use super::build::*;
use crate::model::{Finding, Observation, Probe, ProbeErrorKind, ProcessState, Severity};
use crate::rules::assess;

/// etcd 3.4.23 on a database with a page referenced twice.
const MULTIREF: &[&str] = &[
    "2026-11-22 07:41:43.251403 I | etcdmain: etcd Version: 3.4.23",
    "2026-11-22 07:41:43.251478 I | embed: name = etcd-n2",
    "2026-11-22 07:41:43.251487 I | embed: data dir = /var/lib/rancher/etcd/",
    "panic: freepages: failed to get all reachable pages (page 7779: multiple references)",
    "",
    "goroutine 101 [running]:",
    "go.etcd.io/bbolt.(*DB).freepages.func2(0xc0000a2480)",
    "\t/go/pkg/mod/go.etcd.io/bbolt@v1.3.6/db.go:1056 +0xe5",
];

/// What a survivor writes meanwhile.
const SURVIVOR: &[&str] = &[
    "2026-11-22 07:41:44.012345 W | rafthttp: health check for peer a100000000000002 could not connect: dial tcp 10.0.0.2:2380: connect: connection refused",
    "2026-11-22 07:41:45.012345 W | rafthttp: health check for peer a100000000000002 could not connect: dial tcp 10.0.0.2:2380: connect: connection refused",
    "2026-11-22 07:41:46.012345 W | rafthttp: health check for peer a100000000000002 could not connect: dial tcp 10.0.0.2:2380: connect: connection refused",
];

fn incident() -> Observation {
    let mut observation = cluster(3);
    crash_loop(at(&mut observation, 2), MULTIREF);
    for index in [1, 3] {
        let member = at(&mut observation, index);
        set_log(member, SURVIVOR);
        if let Probe::Answered { value, .. } = &mut member.status {
            value.version = "3.4.23".to_owned();
        }
    }
    observation
}

#[test]
fn the_incident_is_one_finding_with_all_that_shows_it() {
    let assessment = assess(incident());
    assert_eq!(ids(&assessment), ["db-multiref", "version-end-of-life"]);
    let finding = &assessment.findings[0];
    assert_eq!(finding.severity, Severity::Degraded);
    assert_eq!(
        finding.evidence[0].text,
        "panic: freepages: failed to get all reachable pages (page 7779: multiple references)"
    );
    assert_eq!(
        finding.evidence[0].source,
        "docker logs etcd on ssh://root@10.0.0.2"
    );
    for echo in ["member-refused", "process-restarting", "peer-unhealthy"] {
        assert!(
            finding.echoes.contains(&echo.to_owned()),
            "{echo}: {:?}",
            finding.echoes
        );
    }
    let shows = |text: &str| finding.evidence.iter().any(|e| e.text.contains(text));
    assert!(shows(
        "Restarting (2) 9 seconds ago, last exit code 2, 17 restarts"
    ));
    assert!(shows("health check for peer a100000000000002"));
    assert_eq!(
        finding.remedy.commands,
        ["kubectl etcd-replace node etcd-n2 --docker-host 'ssh://root@{address}'"]
    );
    assert_eq!(
        assessment.members[1].top_finding.as_deref(),
        Some("db-multiref")
    );
}

#[test]
fn a_second_broken_member_forbids_the_replacement() {
    let mut observation = incident();
    isolate(at(&mut observation, 1));
    let member = at(&mut observation, 3);
    silence(member, ProbeErrorKind::Refused);
    member.process.as_mut().unwrap().state = ProcessState::Exited;
    let found = findings(observation);
    assert_eq!(found[0].id, "quorum-lost");
    // The stopped one first; starting the damaged one is in vain.
    assert!(found[0].remedy.text.contains("etcd-n3 first"));
    assert_eq!(
        found[0].remedy.commands[0],
        "docker -H ssh://root@10.0.0.3 start etcd"
    );
    let damaged = found.iter().find(|f| f.id == "db-multiref").unwrap();
    assert!(damaged.remedy.commands.is_empty());
    assert!(
        damaged
            .remedy
            .text
            .starts_with("Do not replace it now: the cluster has no quorum.")
    );
}

fn broken(log: &[&str]) -> Vec<Finding> {
    let mut observation = cluster(3);
    crash_loop(at(&mut observation, 2), log);
    findings(observation)
}

#[test]
fn the_log_names_the_cause_in_either_format() {
    for (line, expected) in [
        (
            "panic: freepages: failed to get all reachable pages (page 7779: out of bounds: 87)",
            "db-oob",
        ),
        (
            r#"{"level":"fatal","ts":"2026-11-22T07:55:01.500Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"member a100000000000002 has already been bootstrapped"}"#,
            "already-bootstrapped",
        ),
        (
            r#"{"level":"fatal","ts":"2026-11-22T07:55:01.500Z","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"listen tcp 10.0.0.2:2380: bind: address already in use"}"#,
            "bind",
        ),
        (
            "2026-11-22 07:41:43.251403 C | etcdmain: couldn't find local name \"etcd-n9\" in the initial cluster configuration",
            "name-not-in-list",
        ),
        (
            "2026-11-22 07:41:43.251403 C | etcdmain: cannot access data directory: open /var/lib/rancher/etcd/.touch: permission denied",
            "perm",
        ),
    ] {
        assert_eq!(broken(&[line])[0].id, expected, "{line}");
    }
}

#[test]
fn an_end_that_nobody_knows_is_shown_as_it_is() {
    let line = "2026-11-22 07:41:43.251403 C | etcdmain: the frobnicator is out of tune";
    let finding = &broken(&[line])[0];
    assert_eq!(finding.id, "unlisted-fatal");
    assert_eq!(finding.evidence[0].text, line);
    assert!(finding.remedy.commands.is_empty());
}

#[test]
fn a_held_database_is_told_by_the_log() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::NoAnswer);
    set_log(
        member,
        &[
            "2026-11-22 07:59:43.251403 I | etcdmain: etcd Version: 3.4.23",
            "2026-11-22 07:59:53.251403 W | etcdserver: another etcd process is using \"/var/lib/rancher/etcd/member/snap/db\" and holds the file lock, or loading backend file is taking >10 seconds",
            "2026-11-22 07:59:53.251413 W | etcdserver: waiting for it to exit before starting...",
        ],
    );
    let found = findings(observation);
    assert_eq!(found[0].id, "db-locked");
    assert!(found[0].echoes.contains(&"member-no-answer".to_owned()));
}

#[test]
fn what_kept_a_member_from_running_is_over_once_it_answers() {
    let mut observation = cluster(3);
    set_log(at(&mut observation, 2), MULTIREF);
    assert_eq!(findings(observation), []);
}

#[test]
fn complaints_about_nobody_sick_are_no_finding() {
    let mut observation = cluster(3);
    set_log(at(&mut observation, 1), SURVIVOR);
    assert_eq!(findings(observation), []);
}

#[test]
fn a_silent_member_is_not_blamed_for_its_complaints() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::DialTimeout);
    set_log(
        member,
        &[
            "2026-11-22 07:41:44.012345 W | rafthttp: health check for peer a100000000000001 could not connect: dial tcp 10.0.0.1:2380: i/o timeout",
        ],
    );
    let found = findings(observation);
    assert_eq!(found[0].id, "member-unreachable");
    assert!(found[0].echoes.contains(&"peer-unhealthy".to_owned()));
}

#[test]
fn two_sick_members_each_get_their_own_complaints() {
    let mut observation = cluster(5);
    crash_loop(at(&mut observation, 2), MULTIREF);
    let other = at(&mut observation, 3);
    silence(other, ProbeErrorKind::DialTimeout);
    other.process = None;
    set_log(at(&mut observation, 1), SURVIVOR);
    let found = findings(observation);
    let lines = |id: &str| {
        let finding = found.iter().find(|f| f.id == id).unwrap();
        finding
            .evidence
            .iter()
            .filter(|e| e.source == "log of etcd-n1")
            .count()
    };
    assert_eq!(lines("db-multiref"), 1);
    assert_eq!(lines("member-unreachable"), 0);
}

#[test]
fn a_certificate_complaint_is_the_members_own_only_if_its_certificate_is_bad() {
    let line = "2026-11-22 07:41:44.012345 I | embed: rejected connection from \"10.0.0.2:41234\" (error \"tls: failed to verify client's certificate: x509: certificate has expired or is not yet valid\", ServerName \"\")";
    let mut sound = cluster(3);
    let member = at(&mut sound, 3);
    member.linearizable_read = Probe::failed(ProbeErrorKind::NoAnswer, "no answer within 5 s");
    set_log(member, &[line; 5]);
    let found = findings(sound);
    assert!(!found.iter().any(|f| f.id == "cert-expired"), "{found:?}");
}

#[test]
fn slow_fsyncs_in_the_log_of_a_healthy_member_are_a_warning() {
    let mut observation = cluster(3);
    set_log(
        at(&mut observation, 2),
        &[r#"{"level":"warn","ts":"2026-11-22T07:59:01.500Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"2.1s","expected-duration":"1s"}"#;
            3],
    );
    let found = findings(observation);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].id.as_str(), found[0].severity),
        ("disk-slow", Severity::Warning)
    );
}

#[test]
fn a_mismatch_in_the_log_is_explained_by_the_flags() {
    let mut observation = cluster(3);
    let made = {
        let process = at(&mut observation, 2).process.as_ref().unwrap();
        crate::rules::bootstrap_ids(&process.config)
            .unwrap()
            .cluster
    };
    let line = format!(
        "2026-11-22 07:41:44.012345 E | rafthttp: request cluster ID mismatch (got {CLUSTER} want {made})"
    );
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::NoAnswer);
    set_log(member, &[&line, &line, &line]);
    let found = findings(observation);
    assert_eq!(found[0].id, "cluster-id-mismatch");
    assert!(
        found[0]
            .cause
            .contains(&format!("{made} is exactly what its own flags make")),
        "{}",
        found[0].cause
    );
}

/// etcd 3.4.23 started on the data of a removed member.
const REMOVED: &[&str] = &[
    "2026-11-22 07:50:01.251403 I | etcdmain: etcd Version: 3.4.23",
    "2026-11-22 07:50:02.103217 E | rafthttp: failed to dial a100000000000001 on stream Message (the member has been permanently removed from the cluster)",
    "2026-11-22 07:50:02.103290 I | etcdserver: the member has been permanently removed from the cluster",
    "2026-11-22 07:50:02.103301 I | etcdserver: the data-dir used by this member must be removed.",
];

/// etcd-n3 was removed; its container crash-loops on.
fn removed() -> Observation {
    let mut observation = cluster(3);
    let list = vec![listed(1), listed(2)];
    for index in [1, 2] {
        at(&mut observation, index).member_list = answered(list.clone());
    }
    let member = at(&mut observation, 3);
    crash_loop(member, REMOVED);
    member.listed = None;
    observation
}

#[test]
fn a_removed_member_that_still_starts_is_on_top() {
    let assessment = assess(removed());
    assert_eq!(ids(&assessment), ["member-removed"]);
    assert_eq!(assessment.findings[0].echoes, ["even-voters"]);
    assert_eq!(
        assessment.findings[0].remedy.commands,
        ["kubectl etcd-replace node etcd-n3 --docker-host 'ssh://root@{address}'"]
    );
}

#[test]
fn a_survivor_with_force_new_cluster_forbids_the_replacement() {
    let mut observation = removed();
    let process = at(&mut observation, 1).process.as_mut().unwrap();
    process
        .config
        .flags
        .insert("force-new-cluster".to_owned(), "true".to_owned());
    let found = findings(observation);
    assert_eq!(found[0].id, "force-new-cluster-left");
    assert_eq!(found[0].echoes, ["even-voters", "member-removed"]);
    assert!(found.iter().all(|f| f.remedy.commands.is_empty()));
}

#[test]
fn a_process_of_another_cluster_is_not_to_be_replaced() {
    let mut observation = removed();
    let process = at(&mut observation, 3).process.as_mut().unwrap();
    process.config.flags.insert(
        "initial-cluster".to_owned(),
        "x=https://192.0.2.1:2380".to_owned(),
    );
    assert!(findings(observation)[0].remedy.commands.is_empty());
}

#[test]
fn a_start_that_does_not_fit_its_entry_explains_why_that_never_started() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 3);
    crash_loop(
        member,
        &[
            "2026-11-22 07:50:01.251403 C | etcdmain: error validating peerURLs {ClusterID:7b11b47dcc5210c4 Members:[&{ID:a100000000000001}]}: PeerURLs: no match found for existing member (a100000000000003, [https://10.0.0.3:2380]), last resolver error (<nil>)",
        ],
    );
    let listed = member.listed.as_mut().unwrap();
    listed.name = String::new();
    listed.client_urls = Vec::new();
    member.label = "https://10.0.0.3:2380".to_owned();
    let found = findings(observation);
    assert_eq!(found[0].id, "peerurl-nomatch");
    assert!(found[0].echoes.contains(&"member-unstarted".to_owned()));
}

#[test]
fn what_a_stopped_process_complained_of_is_not_why_it_is_down() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::Refused);
    member.process.as_mut().unwrap().state = ProcessState::Exited;
    set_log(
        member,
        &[
            "2026-11-22 07:41:43.251403 W | wal: sync duration of 2.1s, expected less than 1s",
            "2026-11-22 07:45:43.251403 N | pkg/osutil: received terminated signal, shutting down...",
        ],
    );
    assert_eq!(findings(observation)[0].id, "process-exited");
}

#[test]
fn a_member_that_waits_for_its_disk_is_not_explained_by_foreign_files() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    member.linearizable_read = Probe::failed(ProbeErrorKind::NoAnswer, "no answer within 5 s");
    set_log(
        member,
        &[
            r#"{"level":"warn","ts":"2026-11-22T07:58:01.500Z","caller":"etcdmain/etcd.go:446","msg":"found invalid file under data directory","filename":"lost+found","data-dir":"/var/lib/rancher/etcd/"}"#,
            r#"{"level":"info","ts":"2026-11-22T07:58:02.500Z","caller":"embed/serve.go:191","msg":"serving client traffic securely","address":"[::]:2379"}"#,
            r#"{"level":"warn","ts":"2026-11-22T07:59:01.500Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"2.1s","expected-duration":"1s"}"#,
            r#"{"level":"warn","ts":"2026-11-22T07:59:03.500Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"2.0s","expected-duration":"1s"}"#,
        ],
    );
    let found = findings(observation);
    assert_eq!(found[0].id, "disk-slow", "{found:?}");
    assert!(
        found[0].echoes.contains(&"data-junk".to_owned()),
        "{found:?}"
    );
}
