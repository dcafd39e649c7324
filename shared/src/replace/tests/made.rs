// SPDX-License-Identifier: Apache-2.0

//! A world with three members, the second of them broken.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{
    AccessReport, ClusterId, EtcdConfig, HashKv, ListSource, ListedMember, MemberId,
    MemberObservation, OBSERVATION_SCHEMA, Observation, Probe, ProbeErrorKind, ReadProbe,
    ResponseHeader, Status, Version, Via,
};
use crate::replace::options::Options;
use crate::replace::world::{
    DataView, NodeView, NodeWords, RuntimeState, Target, WalIdentity, World,
};

pub const CLUSTER: ClusterId = ClusterId(0xc1);

pub fn id(number: u64) -> MemberId {
    MemberId(0xa0 + number)
}

fn peer_url(number: u64) -> String {
    format!("https://10.0.0.{number}:2380")
}

pub fn header(number: u64) -> ResponseHeader {
    ResponseHeader {
        cluster_id: CLUSTER,
        member_id: id(number),
        revision: 100,
        raft_term: 3,
    }
}

pub fn listed(number: u64) -> ListedMember {
    ListedMember {
        id: id(number),
        name: format!("etcd-n{number}"),
        peer_urls: vec![peer_url(number)],
        client_urls: vec![format!("https://10.0.0.{number}:2379")],
        is_learner: false,
    }
}

pub fn healthy(number: u64) -> MemberObservation {
    let soon = Duration::from_millis(2);
    let read = ReadProbe {
        header: header(number),
    };
    MemberObservation {
        label: format!("etcd-n{number}"),
        listed: Some(listed(number)),
        endpoint: Some(format!("https://10.0.0.{number}:2379")),
        status: Probe::answered(
            Status {
                header: header(number),
                version: "3.4.23".to_owned(),
                db_size_bytes: 10_000_000,
                leader: id(1),
                raft_index: 500,
                raft_applied_index: 500 + number,
                raft_term: 3,
                ..Status::default()
            },
            soon,
        ),
        linearizable_read: Probe::answered(read, soon),
        serializable_read: Probe::answered(read, soon),
        alarms: Probe::answered(Vec::new(), soon),
        hash_kv: Probe::answered(
            HashKv {
                header: header(number),
                revision: 100,
                hash: 7,
                compact_revision: 1,
            },
            soon,
        ),
        ..MemberObservation::default()
    }
}

pub fn dead(number: u64) -> MemberObservation {
    let refused = || Probe::failed(ProbeErrorKind::Refused, "refused the connection");
    MemberObservation {
        status: refused(),
        linearizable_read: Probe::failed(ProbeErrorKind::Refused, "refused the connection"),
        serializable_read: Probe::failed(ProbeErrorKind::Refused, "refused the connection"),
        alarms: Probe::NotTried,
        hash_kv: Probe::NotTried,
        ..healthy(number)
    }
}

fn observation(members: Vec<MemberObservation>) -> Observation {
    Observation {
        schema: OBSERVATION_SCHEMA.to_owned(),
        taken_at: Timestamp::UNIX_EPOCH,
        access: AccessReport {
            via: Via::Docker,
            source: "test".to_owned(),
            flags: Vec::new(),
            from_cache: None,
            notes: Vec::new(),
        },
        cluster_id: Some(CLUSTER),
        list_source: ListSource::Linearizable {
            member: "etcd-n1".to_owned(),
        },
        members,
        hash_revision: Some(100),
        kubernetes: None,
        manifest_folders: Vec::new(),
    }
}

/// Member 2 of 3 crash-loops on its own data.
pub fn incident() -> World {
    world(vec![healthy(1), dead(2), healthy(3)])
}

/// These members; number 2 is the target.
pub fn world(members: Vec<MemberObservation>) -> World {
    let list =
        "etcd-n1=https://10.0.0.1:2380,etcd-n2=https://10.0.0.2:2380,etcd-n3=https://10.0.0.3:2380";
    World {
        observation: observation(members),
        target: Target {
            name: "etcd-n2".to_owned(),
            peer_urls: vec![peer_url(2)],
            client_urls: vec!["https://10.0.0.2:2379".to_owned()],
        },
        node: NodeView {
            words: NodeWords::default(),
            place: "container \"etcd\" on here".to_owned(),
            runtime: RuntimeState::CrashLooping,
            runtime_text: "Restarting (2)".to_owned(),
            restarts_by_itself: true,
            settings: EtcdConfig::from_command(
                [
                    "etcd",
                    "--name=etcd-n2",
                    "--initial-cluster-state=new",
                    &format!("--initial-cluster={list}"),
                ],
                [],
            ),
            etcd_version: Some(Version::new(3, 4, 23)),
            data: DataView {
                data_dir: "/d".to_owned(),
                member_present: true,
                identity: Some(WalIdentity {
                    member: id(2),
                    cluster: CLUSTER,
                }),
                disk_bytes: 100_000_000,
                free_bytes: 10_000_000_000,
                total_bytes: 20_000_000_000,
                paths_on_node: vec!["/var/lib/etcd/member".to_owned()],
                ..DataView::default()
            },
            last_words: None,
            lock: None,
            obstacles: Vec::new(),
            kept: None,
            has_current: true,
            restart_policy: "always".to_owned(),
            forbidden: Vec::new(),
            record: None,
        },
        foreign_lock: None,
        earlier: None,
    }
}

pub fn options() -> Options {
    Options {
        snapshot_dir: "/snapshots".into(),
        wait: Duration::from_secs(60),
        ..Options::default()
    }
}
