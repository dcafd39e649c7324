// SPDX-License-Identifier: Apache-2.0

//! A healthy three-member cluster to break.

use jiff::Timestamp;

use crate::model::{
    AccessReport, Assessment, CertificateFacts, ClusterId, EtcdConfig, Finding, HashKv, HttpHealth,
    ListSource, ListedMember, LogTail, MemberId, MemberObservation, MetricSample, Metrics,
    OBSERVATION_SCHEMA, Observation, Probe, ProbeErrorKind, ProcessKind, ProcessObservation,
    ProcessState, ReadProbe, ResponseHeader, Status, TlsObservation, Via,
};
use crate::rules::assess;

pub const CLUSTER: ClusterId = ClusterId(0x7b11_b47d_cc52_10c4);
pub const LEADER: MemberId = MemberId(0xa100_0000_0000_0001);

/// When every built observation is taken: 2026-11-22T08:00:00Z.
pub fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

pub fn answered<T>(value: T) -> Probe<T> {
    Probe::Answered {
        value,
        took_ms: 2.0,
    }
}

pub fn id(index: usize) -> MemberId {
    MemberId(0xa100_0000_0000_0000 + index as u64)
}

pub fn header(index: usize) -> ResponseHeader {
    ResponseHeader {
        cluster_id: CLUSTER,
        member_id: id(index),
        revision: 1000,
        raft_term: 3,
    }
}

pub fn listed(index: usize) -> ListedMember {
    ListedMember {
        id: id(index),
        name: format!("etcd-n{index}"),
        peer_urls: vec![format!("https://10.0.0.{index}:2380")],
        client_urls: vec![format!("https://10.0.0.{index}:2379")],
        is_learner: false,
    }
}

pub fn certificate(index: usize) -> CertificateFacts {
    CertificateFacts {
        subject: format!("CN=kube-etcd-10-0-0-{index}"),
        issuer: "CN=kube-ca".to_owned(),
        not_before: "2026-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2036-01-01T00:00:00Z".parse().unwrap(),
        dns_names: vec!["localhost".to_owned()],
        ip_addresses: vec![format!("10.0.0.{index}"), "127.0.0.1".to_owned()],
        server_auth: Some(true),
        client_auth: Some(true),
        is_ca: false,
        sha256: format!("{index:064x}"),
    }
}

pub fn tls(index: usize) -> TlsObservation {
    TlsObservation {
        chain: vec![certificate(index)],
        verified: Ok(()),
    }
}

pub fn process(index: usize) -> ProcessObservation {
    let flags = [
        ("name", format!("etcd-n{index}")),
        ("experimental-initial-corrupt-check", "true".to_owned()),
        ("initial-cluster-state", "new".to_owned()),
        ("initial-cluster-token", "etcd-cluster-1".to_owned()),
        (
            "initial-cluster",
            "etcd-n1=https://10.0.0.1:2380,etcd-n2=https://10.0.0.2:2380,\
             etcd-n3=https://10.0.0.3:2380"
                .to_owned(),
        ),
    ];
    ProcessObservation {
        kind: ProcessKind::DockerContainer,
        name: "etcd".to_owned(),
        id: Some(format!("c{index}")),
        seen_on: format!("ssh://root@10.0.0.{index}"),
        node: None,
        image: Some("rancher/coreos-etcd:v3.4.23".to_owned()),
        state: ProcessState::Running,
        state_text: "Up 9 days".to_owned(),
        exit_code: None,
        oom_killed: false,
        restart_count: Some(0),
        started_at: Some("2026-11-13T08:00:00Z".parse().unwrap()),
        finished_at: None,
        error: None,
        restart_policy: Some("always".to_owned()),
        config: EtcdConfig {
            flags: flags.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            ..EtcdConfig::default()
        },
        log: Probe::NotTried,
        pod: None,
    }
}

pub fn status(index: usize) -> Status {
    Status {
        header: header(index),
        version: "3.5.30".to_owned(),
        db_size_bytes: 20 << 20,
        db_size_in_use_bytes: 15 << 20,
        db_size_quota_bytes: 0,
        leader: LEADER,
        raft_index: 50_000,
        raft_term: 3,
        raft_applied_index: 50_000,
        errors: Vec::new(),
        is_learner: false,
        storage_version: String::new(),
    }
}

pub fn sample(second: i64) -> MetricSample {
    let mut sample = MetricSample {
        taken_at: Timestamp::from_second(now().as_second() - 60 + second).ok(),
        process_start_seconds: 1_794_000_000.0,
        ..MetricSample::default()
    };
    let at = second as f64;
    let mut set = |name: &str, value: f64| {
        sample.values.insert(name.to_owned(), value);
    };
    for name in [
        "etcd_disk_wal_fsync_duration_seconds",
        "etcd_disk_backend_commit_duration_seconds",
    ] {
        for (le, share) in [("0.001", 0.5), ("0.008", 1.0), ("+Inf", 1.0)] {
            set(
                &format!("{name}_bucket{{le=\"{le}\"}}"),
                (1000.0 + at * 10.0) * share,
            );
        }
    }
    set("etcd_server_leader_changes_seen_total", 1.0);
    set("etcd_server_proposals_failed_total", 0.0);
    set("etcd_server_proposals_pending", 0.0);
    set("etcd_server_heartbeat_send_failures_total", 0.0);
    set("process_open_fds", 60.0);
    set("process_max_fds", 1024.0);
    sample
}

pub fn member(index: usize, list: &[ListedMember]) -> MemberObservation {
    let page = |path: &str| {
        answered(HttpHealth {
            url: format!("https://10.0.0.{index}:2379/{path}"),
            status_code: 200,
            healthy: true,
            reason: String::new(),
        })
    };
    MemberObservation {
        listed: Some(listed(index)),
        label: format!("etcd-n{index}"),
        endpoint: Some(format!("https://10.0.0.{index}:2379")),
        status: answered(status(index)),
        linearizable_read: answered(ReadProbe {
            header: header(index),
        }),
        serializable_read: answered(ReadProbe {
            header: header(index),
        }),
        member_list: answered(list.to_vec()),
        alarms: answered(Vec::new()),
        hash_kv: answered(HashKv {
            header: header(index),
            revision: 990,
            hash: 0x1234_5678,
            compact_revision: 500,
        }),
        http_health: page("health"),
        http_readyz: page("readyz"),
        metrics: answered(Metrics {
            url: format!("https://10.0.0.{index}:2379/metrics"),
            now: sample(60),
            before: Some(sample(0)),
        }),
        client_tls: answered(tls(index)),
        peer_tls: answered(tls(index)),
        process: Some(process(index)),
        clock_offset_seconds: Some(0.3),
        node: None,
    }
}

/// A healthy cluster of `size` voters; etcd-n1 leads.
pub fn cluster(size: usize) -> Observation {
    let list: Vec<_> = (1..=size).map(listed).collect();
    Observation {
        schema: OBSERVATION_SCHEMA.to_owned(),
        taken_at: now(),
        access: AccessReport {
            via: Via::Docker,
            source: "docker engines".to_owned(),
            flags: vec!["--docker-host 'ssh://root@{address}'".to_owned()],
            from_cache: None,
            notes: Vec::new(),
        },
        cluster_id: Some(CLUSTER),
        list_source: ListSource::Linearizable {
            member: "etcd-n1".to_owned(),
        },
        members: (1..=size).map(|i| member(i, &list)).collect(),
        hash_revision: Some(990),
        kubernetes: None,
        manifest_folders: Vec::new(),
    }
}

/// The member of this number.
pub fn at(observation: &mut Observation, index: usize) -> &mut MemberObservation {
    let label = format!("etcd-n{index}");
    observation
        .members
        .iter_mut()
        .find(|m| m.label == label)
        .unwrap()
}

/// No call to this member succeeds.
pub fn silence(member: &mut MemberObservation, kind: ProbeErrorKind) {
    let message = format!("{kind:?} at {}", member.endpoint.as_deref().unwrap_or(""));
    member.status = Probe::failed(kind, &message);
    member.linearizable_read = Probe::failed(kind, &message);
    member.serializable_read = Probe::failed(kind, &message);
    member.member_list = Probe::failed(kind, &message);
    member.alarms = Probe::failed(kind, &message);
    member.hash_kv = Probe::failed(kind, &message);
    member.http_health = Probe::failed(kind, &message);
    member.http_readyz = Probe::failed(kind, &message);
    member.metrics = Probe::failed(kind, &message);
    member.client_tls = Probe::failed(kind, &message);
    member.peer_tls = Probe::failed(kind, &message);
    member.clock_offset_seconds = None;
}

/// It lives, but there is no quorum for it.
pub fn isolate(member: &mut MemberObservation) {
    member.linearizable_read = Probe::failed(ProbeErrorKind::NoAnswer, "no answer within 5 s");
    if let Probe::Answered { value, .. } = &mut member.status {
        value.leader = MemberId(0);
        value.errors = vec!["etcdserver: no leader".to_owned()];
    }
}

/// Its container crash-loops with this log.
pub fn crash_loop(member: &mut MemberObservation, log: &[&str]) {
    silence(member, ProbeErrorKind::Refused);
    let process = member.process.as_mut().unwrap();
    process.state = ProcessState::Restarting;
    process.state_text = "Restarting (2) 9 seconds ago".to_owned();
    process.exit_code = Some(2);
    process.restart_count = Some(17);
    set_log(member, log);
}

pub fn set_log(member: &mut MemberObservation, log: &[&str]) {
    let process = member.process.as_mut().unwrap();
    process.log = answered(LogTail {
        source: format!("docker logs etcd on {}", process.seen_on),
        lines: log.iter().map(|l| (*l).to_owned()).collect(),
    });
}

/// The findings about it, and the whole conclusion.
pub fn findings(observation: Observation) -> Vec<Finding> {
    assess(observation).findings
}

pub fn ids(assessment: &Assessment) -> Vec<&str> {
    assessment.findings.iter().map(|f| f.id.as_str()).collect()
}

/// The top finding's id of an observation.
pub fn top(observation: Observation) -> String {
    findings(observation)
        .first()
        .map(|f| f.id.clone())
        .unwrap_or_default()
}
