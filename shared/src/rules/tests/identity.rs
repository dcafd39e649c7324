// SPDX-License-Identifier: Apache-2.0

use super::build::*;
use crate::model::{ClusterId, EtcdConfig, MemberId, MemberObservation, Probe, Severity};
use crate::rules::{assess, bootstrap_ids, parse_initial_cluster};

fn config(flags: &[(&str, &str)]) -> EtcdConfig {
    EtcdConfig {
        flags: flags
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        ..EtcdConfig::default()
    }
}

/// Ids that etcd 3.4.23 itself printed for these flags ("starting member … in cluster …").
#[test]
fn ids_are_those_that_etcd_makes() {
    let alone = config(&[
        ("name", "m1"),
        ("initial-cluster", "m1=http://127.0.0.1:12380"),
        ("initial-cluster-token", "etcd-cluster-1"),
    ]);
    let ids = bootstrap_ids(&alone).unwrap();
    assert_eq!(ids.member, Some(MemberId(0x8211_f1d0_f64f_3269)));
    assert_eq!(ids.cluster, ClusterId(0x7230_e351_3973_170f));

    let three = config(&[
        ("name", "m2"),
        (
            "initial-cluster",
            "m1=http://127.0.0.1:12380,m2=http://127.0.0.1:22380,m3=http://127.0.0.1:32380",
        ),
    ]);
    let ids = bootstrap_ids(&three).unwrap();
    assert_eq!(ids.member, Some(MemberId(0x9e73_7feb_b6b9_9eee)));
    assert_eq!(ids.cluster, ClusterId(0x7384_1b4a_9097_c907));
}

#[test]
fn names_and_order_are_no_part_of_the_ids() {
    let one = config(&[("initial-cluster", "a=http://x:1,b=http://y:1")]);
    let other = config(&[("initial-cluster", "c=http://y:1,d=http://x:1")]);
    assert_eq!(
        bootstrap_ids(&one).unwrap().cluster,
        bootstrap_ids(&other).unwrap().cluster
    );
    assert_eq!(bootstrap_ids(&config(&[])), None);
    assert_eq!(
        bootstrap_ids(&config(&[("initial-cluster", "nonsense")])),
        None
    );
    let two_urls = parse_initial_cluster("a=http://x:1,a=http://x:2");
    assert_eq!(two_urls["a"], ["http://x:1", "http://x:2"]);
}

/// Everything the member says carries this cluster id.
fn in_cluster(member: &mut MemberObservation, cluster: ClusterId, own: MemberId) {
    if let Probe::Answered { value, .. } = &mut member.status {
        value.header.cluster_id = cluster;
        value.header.member_id = own;
        value.leader = own;
    }
    for read in [&mut member.linearizable_read, &mut member.serializable_read] {
        if let Probe::Answered { value, .. } = read {
            value.header.cluster_id = cluster;
            value.header.member_id = own;
        }
    }
}

#[test]
fn a_cluster_of_one_at_the_members_address_is_not_healthy() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    in_cluster(member, ClusterId(0xbad), MemberId(0xbad2));
    member.member_list = answered(vec![listed(2)]);
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["foreign-cluster"]);
    let finding = &assessment.findings[0];
    assert!(finding.cause.contains("a cluster of one member"));
    assert_eq!(
        finding.evidence[0].text,
        "cluster id bad, the member list's is 7b11b47dcc5210c4"
    );
    assert_eq!(
        finding.remedy.commands,
        ["kubectl etcd-replace node etcd-n2 --docker-host 'ssh://root@{address}'"]
    );
    assert_eq!(assessment.quorum.healthy_voters, 2);
}

#[test]
fn a_mismatch_is_explained_by_the_processs_own_flags() {
    let mut observation = cluster(3);
    let flags = [
        ("name", "etcd-n2"),
        ("initial-cluster-state", "new"),
        ("initial-cluster-token", "etcd-cluster-1"),
        (
            "initial-cluster",
            "etcd-n1=https://10.0.0.1:2380,etcd-n2=https://10.0.0.2:2380",
        ),
    ];
    let made = bootstrap_ids(&config(&flags)).unwrap();
    let member = at(&mut observation, 2);
    in_cluster(member, made.cluster, made.member.unwrap());
    isolate(member);
    member.process.as_mut().unwrap().config = config(&flags);
    let assessment = assess(observation);
    let finding = &assessment.findings[0];
    assert_eq!(finding.id, "cluster-id-mismatch");
    assert!(finding.cause.contains(&format!(
        "{} is exactly what its own flags make",
        made.cluster
    )));
    assert!(finding.evidence.iter().any(|e| {
        e.text
            .starts_with("--initial-cluster-state=new --initial-cluster-token=")
    }));
}

#[test]
fn another_member_at_the_address_is_told_apart() {
    let mut observation = cluster(3);
    in_cluster(at(&mut observation, 3), CLUSTER, id(2));
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).status {
        value.leader = LEADER;
    }
    assert_eq!(top(observation), "wrong-member");
}

fn with_flag(index: usize, flag: &str, value: &str) -> crate::model::Observation {
    let mut observation = cluster(3);
    let process = at(&mut observation, index).process.as_mut().unwrap();
    process
        .config
        .flags
        .insert(flag.to_owned(), value.to_owned());
    observation
}

#[test]
fn a_left_over_force_new_cluster_is_critical_on_a_survivor() {
    let finding = &findings(with_flag(1, "force-new-cluster", "true"))[0];
    assert_eq!(finding.id, "force-new-cluster-left");
    assert_eq!(finding.severity, Severity::Critical);
    assert!(finding.remedy.commands.is_empty());
    assert!(findings(with_flag(1, "force-new-cluster", "false")).is_empty());
}

#[test]
fn on_a_broken_target_it_is_degraded() {
    let mut observation = with_flag(2, "force-new-cluster", "true");
    crash_loop(at(&mut observation, 2), &[]);
    let findings = findings(observation);
    let left = findings
        .iter()
        .find(|f| f.id == "force-new-cluster-left")
        .unwrap();
    assert_eq!(left.severity, Severity::Degraded);
}

#[test]
fn force_new_cluster_that_has_done_its_work_is_seen() {
    let mut observation = with_flag(1, "force-new-cluster", "true");
    for index in [2, 3] {
        let member = at(&mut observation, index);
        member.listed = None;
        silence(member, crate::model::ProbeErrorKind::Refused);
        member.process.as_mut().unwrap().state = crate::model::ProcessState::Exited;
    }
    at(&mut observation, 1).member_list = answered(vec![listed(1)]);
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "force-new-cluster-left");
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(
        finding.title,
        "force-new-cluster has made a cluster of one member"
    );
}

#[test]
fn a_discovery_flag_is_told_without_its_token() {
    let finding = &findings(with_flag(
        1,
        "discovery",
        "https://discovery.etcd.io/s3cr3t",
    ))[0];
    assert_eq!(finding.id, "discovery-left");
    assert!(!format!("{finding:?}").contains("s3cr3t"));
}

#[test]
fn a_stranger_that_answers_beside_the_cluster_is_never_healthy() {
    let mut observation = cluster(3);
    let mut stranger = member(4, &[listed(4), listed(5), listed(6)]);
    stranger.listed = None;
    stranger.process = None;
    in_cluster(&mut stranger, ClusterId(0xbad), MemberId(0xbad4));
    observation.members.push(stranger);
    let assessment = assess(observation);
    assert_eq!(ids(&assessment), ["several-clusters"]);
    assert!(
        assessment.findings[0].evidence[0]
            .text
            .ends_with("3 members in its member list")
    );
}
