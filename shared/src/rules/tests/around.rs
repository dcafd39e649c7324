// SPDX-License-Identifier: Apache-2.0

//! Certificates, versions, clocks, figures, access, pages.

use super::build::*;
use crate::model::{
    CertificateFacts, ListSource, MetricSample, Observation, Probe, ProbeErrorKind, ProcessState,
    Severity, Verdict, Via,
};
use crate::rules::assess;

fn with_certificate(index: usize, change: impl Fn(&mut CertificateFacts)) -> Observation {
    let mut observation = cluster(3);
    let member = at(&mut observation, index);
    for port in [&mut member.client_tls, &mut member.peer_tls] {
        if let Probe::Answered { value, .. } = port {
            change(&mut value.chain[0]);
        }
    }
    observation
}

#[test]
fn dates_of_certificates() {
    for (not_after, expected) in [
        (
            "2026-11-22T07:59:59Z",
            Some(("cert-expired", Severity::Degraded)),
        ),
        (
            "2026-11-23T08:00:00Z",
            Some(("cert-expiring", Severity::Degraded)),
        ),
        (
            "2026-11-29T07:00:00Z",
            Some(("cert-expiring", Severity::Degraded)),
        ),
        (
            "2026-11-29T09:00:00Z",
            Some(("cert-expiring", Severity::Warning)),
        ),
        (
            "2026-12-22T07:00:00Z",
            Some(("cert-expiring", Severity::Warning)),
        ),
        ("2026-12-22T09:00:00Z", None),
    ] {
        let found = findings(with_certificate(2, |c| {
            c.not_after = not_after.parse().unwrap()
        }));
        let first = found.first().map(|f| (f.id.as_str(), f.severity));
        assert_eq!(first, expected, "{not_after}");
        // Both ports are one finding with two pieces of evidence.
        assert!(found.first().is_none_or(|f| f.evidence.len() == 2));
    }
    let early = with_certificate(2, |c| {
        c.not_before = "2026-11-22T08:00:01Z".parse().unwrap()
    });
    assert_eq!(top(early), "cert-not-yet-valid");
}

#[test]
fn a_certificate_of_another_ca() {
    let mut observation = with_certificate(2, |c| c.issuer = "CN=other-ca".to_owned());
    for port in ["client", "peer"] {
        let member = at(&mut observation, 2);
        let probe = if port == "client" {
            &mut member.client_tls
        } else {
            &mut member.peer_tls
        };
        if let Probe::Answered { value, .. } = probe {
            value.verified = Err("not signed by the CA in use".to_owned());
        }
    }
    let member = at(&mut observation, 2);
    for probe in [&mut member.linearizable_read, &mut member.serializable_read] {
        *probe = Probe::failed(ProbeErrorKind::UnknownCa, "not signed by the CA in use");
    }
    member.status = Probe::failed(ProbeErrorKind::UnknownCa, "not signed by the CA in use");
    let found = findings(observation);
    assert_eq!(found[0].id, "cert-foreign");
    assert_eq!(found[0].severity, Severity::Degraded);
    assert_eq!(found.len(), 1);
}

#[test]
fn the_same_name_on_another_key_is_foreign_too() {
    let mut observation = cluster(3);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).peer_tls {
        value.verified = Err("the certificate was not signed by the CA given".to_owned());
    }
    assert_eq!(top(observation), "cert-foreign");
}

#[test]
fn addresses_and_usages() {
    let missing = with_certificate(2, |c| c.ip_addresses = vec!["10.0.0.9".to_owned()]);
    let finding = &findings(missing)[0];
    assert_eq!(finding.id, "cert-address");
    assert!(finding.cause.contains("10.0.0.2"));
    assert_eq!(
        top(with_certificate(2, |c| c.client_auth = Some(false))),
        "cert-usage"
    );
    // No extension at all allows every usage.
    let none = with_certificate(2, |c| {
        c.client_auth = None;
        c.server_auth = None;
    });
    assert_eq!(findings(none), []);
    // IPv6 addresses are compared as addresses, names with wildcards.
    let mut observation = with_certificate(2, |c| {
        c.ip_addresses = vec!["2001:db8:0:0:0:0:0:2".to_owned()];
        c.dns_names = vec!["*.etcd.example.org".to_owned()];
    });
    let listed = at(&mut observation, 2).listed.as_mut().unwrap();
    listed.client_urls = vec!["https://[2001:db8::2]:2379".to_owned()];
    listed.peer_urls = vec!["https://n2.etcd.example.org:2380".to_owned()];
    let found = findings(observation);
    assert!(!found.iter().any(|f| f.id == "cert-address"), "{found:?}");
}

fn with_versions(versions: [&str; 3]) -> Observation {
    let mut observation = cluster(3);
    for (index, version) in versions.iter().enumerate() {
        if let Probe::Answered { value, .. } = &mut at(&mut observation, index + 1).status {
            value.version = (*version).to_owned();
        }
    }
    observation
}

#[test]
fn versions() {
    for (versions, expected) in [
        (["3.5.30", "3.5.30", "3.5.16"], vec![]),
        (["3.5.30", "3.5.30", "3.6.14"], vec!["version-skew"]),
        (["3.5.30", "3.5.30", "3.7.1"], vec!["version-skew-wide"]),
        (
            ["3.5.2", "3.5.2", "3.5.2"],
            vec!["version-data-inconsistency"],
        ),
        (["3.5.3", "3.5.3", "3.5.3"], vec![]),
        (
            ["3.5.0", "3.5.1", "3.5.3"],
            vec!["version-data-inconsistency", "version-removal-panic"],
        ),
        (["3.4.23", "3.4.23", "3.4.23"], vec!["version-end-of-life"]),
    ] {
        let assessment = assess(with_versions(versions));
        assert_eq!(ids(&assessment), expected, "{versions:?}");
    }
}

#[test]
fn on_3_5_0_no_removal_is_advised() {
    let mut observation = with_versions(["3.5.0", "3.5.0", "3.5.0"]);
    let member = at(&mut observation, 2);
    if let Probe::Answered { value, .. } = &mut member.linearizable_read {
        value.header.cluster_id = crate::model::ClusterId(0xbad);
    }
    let found = findings(observation);
    let finding = found.iter().find(|f| f.id == "foreign-cluster").unwrap();
    assert!(finding.remedy.commands.is_empty());
}

#[test]
fn clocks_are_compared_with_each_other() {
    for (offsets, expected) in [
        ([0.0, 0.5, 1.9], None),
        // Ours is off, theirs agree.
        ([30.0, 30.5, 31.0], None),
        ([0.0, 0.5, 3.0], Some("clock-differs")),
    ] {
        let mut observation = cluster(3);
        for (index, offset) in offsets.iter().enumerate() {
            at(&mut observation, index + 1).clock_offset_seconds = Some(*offset);
        }
        let found = findings(observation);
        assert_eq!(
            found.first().map(|f| f.id.as_str()),
            expected,
            "{offsets:?}"
        );
    }
}

/// Observations of a histogram: all of them within one bucket.
fn all_in(sample: &mut MetricSample, name: &str, count: f64, bound: &str) {
    let limit: f64 = bound.parse().unwrap();
    for le in ["0.001", "0.008", "0.064", "0.128", "0.512", "2.048", "+Inf"] {
        let at: f64 = le.parse().unwrap_or(f64::INFINITY);
        let value = if at >= limit { count } else { 0.0 };
        sample
            .values
            .insert(format!("{name}_bucket{{le=\"{le}\"}}"), value);
    }
}

const FSYNC: &str = "etcd_disk_wal_fsync_duration_seconds";

fn with_fsync(bound: &str, sampled: bool) -> Observation {
    let mut observation = cluster(3);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).metrics {
        all_in(&mut value.now, FSYNC, 2000.0, bound);
        match (&mut value.before, sampled) {
            (Some(before), true) => all_in(before, FSYNC, 1000.0, bound),
            (before, _) => *before = None,
        }
    }
    observation
}

#[test]
fn a_slow_disk_in_steps() {
    for (bound, sampled, expected) in [
        ("0.008", true, None),
        ("0.064", true, Some(Severity::Info)),
        ("0.128", true, Some(Severity::Warning)),
        ("2.048", true, Some(Severity::Degraded)),
        ("0.128", false, Some(Severity::Info)),
        // Over a lifetime never worse than a warning.
        ("2.048", false, Some(Severity::Warning)),
    ] {
        let found = findings(with_fsync(bound, sampled));
        let finding = found.iter().find(|f| f.id == "disk-slow");
        assert_eq!(finding.map(|f| f.severity), expected, "{bound} {sampled}");
        if let Some(finding) = finding {
            let label = if sampled {
                "over the last 60 s"
            } else {
                "over the process's lifetime"
            };
            assert!(finding.evidence[0].text.ends_with(label));
        }
    }
}

#[test]
fn rates_are_not_taken_across_a_restart() {
    let mut observation = with_fsync("2.048", true);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).metrics
        && let Some(before) = &mut value.before
    {
        before.process_start_seconds -= 500.0;
    }
    let finding = &findings(observation)[0];
    assert!(
        finding.evidence[0]
            .text
            .ends_with("over the process's lifetime")
    );
}

#[test]
fn figures_and_their_near_misses() {
    for (series, before, now, expected) in [
        ("etcd_server_leader_changes_seen_total", 1.0, 4.0, None),
        (
            "etcd_server_leader_changes_seen_total",
            1.0,
            5.0,
            Some("leader-changes"),
        ),
        ("etcd_server_proposals_failed_total", 0.0, 5.0, None),
        (
            "etcd_server_proposals_failed_total",
            0.0,
            6.0,
            Some("proposals-failed"),
        ),
        ("etcd_server_proposals_pending", 9.0, 9.0, None),
        (
            "etcd_server_proposals_pending",
            1.0,
            6.0,
            Some("proposals-pending"),
        ),
        ("etcd_server_heartbeat_send_failures_total", 3.0, 3.0, None),
        (
            "etcd_server_heartbeat_send_failures_total",
            3.0,
            4.0,
            Some("heartbeats-missed"),
        ),
        (
            "etcd_server_slow_apply_total",
            3.0,
            4.0,
            Some("slow-applies"),
        ),
        ("process_open_fds", 0.0, 818.0, None),
        ("process_open_fds", 0.0, 820.0, Some("file-descriptors")),
    ] {
        let mut observation = cluster(3);
        if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).metrics {
            value.now.values.insert(series.to_owned(), now);
            if let Some(earlier) = &mut value.before {
                earlier.values.insert(series.to_owned(), before);
            }
        }
        let found = findings(observation);
        assert_eq!(
            found.first().map(|f| f.id.as_str()),
            expected,
            "{series} {before} {now}"
        );
    }
}

#[test]
fn a_slow_way_names_the_peer() {
    let mut observation = cluster(3);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 1).metrics {
        for (le, count) in [("0.1024", 0.0), ("0.2048", 100.0), ("+Inf", 100.0)] {
            value.now.values.insert(
                format!(
                    "etcd_network_peer_round_trip_time_seconds_bucket{{To=\"a100000000000002\",le=\"{le}\"}}"
                ),
                count,
            );
        }
    }
    let finding = &findings(observation)[0];
    assert_eq!(finding.id, "peer-slow");
    assert_eq!(finding.cause, "answers from etcd-n2 take long to come back");
}

#[test]
fn the_way_to_etcd() {
    for (kind, expected) in [
        (
            ProbeErrorKind::ClientCertificate,
            "access-client-certificate",
        ),
        (ProbeErrorKind::UnknownCa, "access-ca"),
        (ProbeErrorKind::PlainHttp, "access-plain-http"),
        (ProbeErrorKind::NotEtcd, "access-not-etcd"),
        (ProbeErrorKind::Auth, "access-user"),
        (ProbeErrorKind::DialTimeout, "access-nothing-answers"),
        (ProbeErrorKind::Refused, "access-refused"),
    ] {
        let mut observation = cluster(3);
        observation.list_source = ListSource::None;
        observation.cluster_id = None;
        for member in &mut observation.members {
            silence(member, kind);
            member.listed = None;
            member.process = None;
        }
        let assessment = assess(observation);
        assert_eq!(ids(&assessment), [expected]);
        assert_eq!(assessment.verdict, Verdict::Unknown, "{kind:?}");
        assert_eq!(assessment.findings[0].evidence.len(), 3);
    }
}

#[test]
fn one_member_that_speaks_differently_is_its_own_fault() {
    for (kind, expected) in [
        (ProbeErrorKind::ClientCertificate, "member-tls"),
        (ProbeErrorKind::Tls, "member-tls"),
        (ProbeErrorKind::PlainHttp, "member-plain-http"),
        (ProbeErrorKind::NotEtcd, "member-not-etcd"),
        (ProbeErrorKind::UnknownCa, "cert-foreign"),
        (ProbeErrorKind::CertificateExpired, "cert-expired"),
        (ProbeErrorKind::CertificateName, "cert-address"),
    ] {
        let mut observation = cluster(3);
        silence(at(&mut observation, 2), kind);
        let assessment = assess(observation);
        assert_eq!(ids(&assessment), [expected], "{kind:?}");
        assert_eq!(assessment.verdict, Verdict::Degraded);
    }
}

#[test]
fn etcdctl_commands_carry_the_flags_that_etcdctl_knows() {
    let mut observation = cluster(3);
    observation.access.via = Via::Endpoints;
    observation.access.flags = [
        "--endpoints=https://10.0.0.1:2379,https://10.0.0.2:2379",
        "--cacert",
        "/pki/ca.pem",
        "--cert=/pki/cert.pem",
        "--key=/pki/key.pem",
        "--context",
        "prod",
    ]
    .map(str::to_owned)
    .to_vec();
    for member in &mut observation.members {
        member.process = None;
    }
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).status {
        value.db_size_bytes = 300 << 20;
    }
    assert_eq!(
        findings(observation)[0].remedy.commands,
        [
            "ETCDCTL_API=3 etcdctl --endpoints=https://10.0.0.2:2379 --cacert /pki/ca.pem \
          --cert=/pki/cert.pem --key=/pki/key.pem defrag"
        ]
    );
}

#[test]
fn pages_that_say_no() {
    let mut observation = cluster(3);
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).http_readyz {
        value.healthy = false;
        value.status_code = 503;
        value.reason = "[-]data_corruption failed".to_owned();
    }
    assert_eq!(top(observation.clone()), "readyz-page");
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 2).http_readyz {
        value.status_code = 404;
    }
    assert_eq!(findings(observation), []);
}

#[test]
fn processes_that_ran_out_of_memory_or_restart_often() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::Refused);
    let process = member.process.as_mut().unwrap();
    process.state = ProcessState::Exited;
    process.oom_killed = true;
    assert_eq!(top(observation), "process-oom");

    for (restarts, minutes, expected) in [
        (4, 1, None),
        (5, 1, Some("process-restarts")),
        (500, 61, None),
    ] {
        let mut observation = cluster(3);
        let process = at(&mut observation, 2).process.as_mut().unwrap();
        process.restart_count = Some(restarts);
        process.started_at = jiff::Timestamp::from_second(now().as_second() - minutes * 60).ok();
        let found = findings(observation);
        assert_eq!(
            found.first().map(|f| f.id.as_str()),
            expected,
            "{restarts} {minutes}"
        );
    }
}

#[test]
fn a_process_that_no_list_names() {
    let mut observation = cluster(3);
    let mut stray = member(4, &[]);
    stray.listed = None;
    stray.label = "etcd-old".to_owned();
    silence(&mut stray, ProbeErrorKind::Refused);
    observation.members.push(stray);
    assert_eq!(top(observation.clone()), "process-not-a-member");
    let stray = observation.members.last_mut().unwrap();
    stray.process.as_mut().unwrap().state = ProcessState::Exited;
    assert_eq!(findings(observation), []);
}

#[test]
fn two_healthy_members_without_a_connection() {
    for (remote, active, expected) in [
        (2, 0.0, Some("peer-disconnected")),
        (2, 1.0, None),
        // Somebody who is no member any more.
        (9, 0.0, None),
    ] {
        let mut observation = cluster(3);
        if let Probe::Answered { value, .. } = &mut at(&mut observation, 1).metrics {
            let series = format!(
                "etcd_network_active_peers{{Local=\"{}\",Remote=\"{}\"}}",
                id(1),
                id(remote)
            );
            value.now.values.insert(series, active);
        }
        let found = findings(observation);
        assert_eq!(found.first().map(|f| f.id.as_str()), expected);
    }
}

#[test]
fn a_disk_that_keeps_a_member_from_answering_is_the_cause() {
    let mut observation = with_fsync("2.048", true);
    at(&mut observation, 2).linearizable_read =
        Probe::failed(ProbeErrorKind::NoAnswer, "no answer within 5 s");
    let found = findings(observation);
    assert_eq!(found[0].id, "disk-slow");
    assert_eq!(found[0].echoes, ["no-quorum-read"]);
}

#[test]
fn a_connection_that_breaks_is_told() {
    let mut observation = cluster(3);
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::Other);
    member.process = None;
    assert_eq!(top(observation), "member-connection-breaks");
}

#[test]
fn storage_versions() {
    let mut observation = cluster(3);
    for (index, version) in [(1, "3.6.0"), (2, "3.6.0"), (3, "3.5.0")] {
        if let Probe::Answered { value, .. } = &mut at(&mut observation, index).status {
            value.storage_version = version.to_owned();
        }
    }
    assert_eq!(top(observation.clone()), "storage-version-skew");
    if let Probe::Answered { value, .. } = &mut at(&mut observation, 3).status {
        // 3.5 does not tell one.
        value.storage_version = String::new();
    }
    assert_eq!(findings(observation), []);
}

#[test]
fn safeguards_that_are_off() {
    let mut observation = cluster(3);
    let process = at(&mut observation, 2).process.as_mut().unwrap();
    process.restart_policy = Some("on-failure".to_owned());
    process
        .config
        .flags
        .remove("experimental-initial-corrupt-check");
    let assessment = assess(observation.clone());
    assert_eq!(
        ids(&assessment),
        ["corruption-checks-off", "restart-policy"]
    );
    assert_eq!(assessment.verdict, Verdict::Healthy);
    assert_eq!(
        assessment.findings[1].remedy.commands,
        ["docker -H ssh://root@10.0.0.2 update --restart=always etcd"]
    );
    // What a configuration file says is not known.
    let process = at(&mut observation, 2).process.as_mut().unwrap();
    process.restart_policy = Some("unless-stopped".to_owned());
    process.config.config_file = Some("/etc/etcd.yaml".to_owned());
    assert_eq!(findings(observation), []);
}
