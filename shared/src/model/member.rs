// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ClusterId, MemberId, NodeObservation, Probe, ProcessObservation, TlsObservation, Version,
};

/// One entry of a member list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedMember {
    /// Id.
    pub id: MemberId,
    /// Name; empty for a member that was added and never started.
    pub name: String,
    /// Peer URLs.
    pub peer_urls: Vec<String>,
    /// Client URLs; empty for a member that was never started.
    pub client_urls: Vec<String>,
    /// Learner, else voter.
    pub is_learner: bool,
}

impl ListedMember {
    /// Whether it ever started: etcd itself calls a member started when it has a published name
    /// (server/etcdserver/api/membership/member.go, IsStarted).
    pub fn is_started(&self) -> bool {
        !self.name.is_empty()
    }

    /// The name, or for an unstarted member its peer URL.
    pub fn label(&self) -> String {
        if self.is_started() {
            self.name.clone()
        } else {
            self.peer_urls
                .first()
                .cloned()
                .unwrap_or_else(|| self.id.to_string())
        }
    }
}

/// The header of an etcd response: who answered, and from which cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseHeader {
    /// Cluster id of the answering member.
    pub cluster_id: ClusterId,
    /// Member id of the answering member.
    pub member_id: MemberId,
    /// Its revision.
    pub revision: i64,
    /// Its raft term.
    pub raft_term: u64,
}

/// Everything seen of one member (or of a process that says it is one).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberObservation {
    /// Its entry in the reference member list; `None` for a process that no list names.
    pub listed: Option<ListedMember>,
    /// Name to show: member name, else node or container name.
    pub label: String,
    /// The client endpoint that was asked.
    pub endpoint: Option<String>,
    /// The member's status call.
    pub status: Probe<Status>,
    /// A linearizable read (for a learner: not asked).
    pub linearizable_read: Probe<ReadProbe>,
    /// A serializable read.
    pub serializable_read: Probe<ReadProbe>,
    /// The member list as this member sees it (serializable where the version allows).
    pub member_list: Probe<Vec<ListedMember>>,
    /// Alarms as this member sees them.
    pub alarms: Probe<Vec<Alarm>>,
    /// HashKV at the revision common to all.
    pub hash_kv: Probe<HashKv>,
    /// `/health`.
    pub http_health: Probe<HttpHealth>,
    /// `/readyz?verbose` (from 3.4.29 and 3.5.11).
    pub http_readyz: Probe<HttpHealth>,
    /// `/metrics`.
    pub metrics: Probe<Metrics>,
    /// TLS of the client port.
    pub client_tls: Probe<TlsObservation>,
    /// TLS of the peer port.
    pub peer_tls: Probe<TlsObservation>,
    /// The process that runs it, where it can be seen.
    pub process: Option<ProcessObservation>,
    /// The member's clock minus ours, in seconds (from the Date header, hence ±1 s).
    pub clock_offset_seconds: Option<f64>,
    /// The Kubernetes node that it belongs to.
    pub node: Option<NodeObservation>,
}

impl MemberObservation {
    /// The id: from the list, else from what the process itself answers.
    pub fn id(&self) -> Option<MemberId> {
        self.listed
            .as_ref()
            .map(|m| m.id)
            .or_else(|| self.status.value().map(|s| s.header.member_id))
    }

    /// Whether it is a learner by the list.
    pub fn is_learner(&self) -> bool {
        self.listed.as_ref().is_some_and(|m| m.is_learner)
    }

    /// Its version, by its own word.
    pub fn version(&self) -> Option<Version> {
        self.status.value().and_then(|s| s.version.parse().ok())
    }

    /// Whether anything of etcd's own API answered.
    pub fn answered(&self) -> bool {
        self.status.value().is_some()
            || self.serializable_read.value().is_some()
            || self.linearizable_read.value().is_some()
    }
}

/// etcd's Maintenance.Status.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Who answered.
    pub header: ResponseHeader,
    /// Version text of the server.
    pub version: String,
    /// Size of the database file in bytes.
    pub db_size_bytes: i64,
    /// Bytes of it in use (from 3.4).
    pub db_size_in_use_bytes: i64,
    /// Quota in bytes (from 3.6; 0 = not told).
    pub db_size_quota_bytes: i64,
    /// Leader's id; 0 = none.
    pub leader: MemberId,
    /// Raft (committed) index.
    pub raft_index: u64,
    /// Raft term.
    pub raft_term: u64,
    /// Applied index (from 3.4).
    pub raft_applied_index: u64,
    /// Errors that the member reports, such as "etcdserver: no leader" (from 3.4).
    pub errors: Vec<String>,
    /// Whether it says that it is a learner (from 3.4).
    pub is_learner: bool,
    /// Storage version (from 3.6).
    pub storage_version: String,
}

/// A read of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadProbe {
    /// Who answered.
    pub header: ResponseHeader,
}

/// One alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// The member that raised it.
    pub member_id: MemberId,
    /// Which.
    pub kind: AlarmKind,
}

/// Alarm kinds (etcdserverpb.AlarmType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AlarmKind {
    /// The quota is used up.
    NoSpace,
    /// A member's data differs.
    Corrupt,
    /// Another one.
    Other,
}

/// The hash of the key space at one revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashKv {
    /// Who answered.
    pub header: ResponseHeader,
    /// The revision that was asked for.
    pub revision: i64,
    /// CRC-32C over the key space.
    pub hash: u32,
    /// Compact revision; hashes compare only at equal ones (etcd server/etcdserver/corrupt.go).
    pub compact_revision: i64,
}

/// An HTTP health page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpHealth {
    /// Address asked.
    pub url: String,
    /// HTTP status code.
    pub status_code: u16,
    /// Whether it says healthy.
    pub healthy: bool,
    /// The reason it gives, such as "ALARM NOSPACE".
    pub reason: String,
}

/// What `/metrics` gave: the series that the rules need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Address asked.
    pub url: String,
    /// Now.
    pub now: MetricSample,
    /// An earlier sample of the same process to take rates against, where there is one.
    pub before: Option<MetricSample>,
}

/// One scrape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricSample {
    /// When.
    pub taken_at: Option<Timestamp>,
    /// `process_start_time_seconds`: two samples compare only within one process life.
    pub process_start_seconds: f64,
    /// Plain series: `name` or `name{label="x"}` as exposed → value. Histogram buckets included.
    pub values: BTreeMap<String, f64>,
}
