// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::alarm::Alarm;
use super::small::SmallBucket;
use crate::db::mvcc::{Compaction, Revision};

/// Who the file belongs to and where it stands, as far as it is recorded in it.
///
/// etcd 3.4 records most of this in the v2 store of the raft snapshots instead, so much is
/// missing in its files. The cluster id stands in the WAL only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The members known to the file.
    pub members: Vec<Member>,
    /// Ids of members removed for good, in hex.
    pub removed_members: Vec<String>,
    /// The version the cluster runs at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_version: Option<String>,
    /// The version of the schema (3.6 on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_version: Option<String>,
    /// The last raft entry applied to the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_index: Option<u64>,
    /// The term of that entry (3.5 on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// Who votes (3.5 on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conf_state: Option<ConfState>,
    /// Alarms that were on.
    pub alarms: Vec<Alarm>,
    /// Whether users have to log in.
    pub auth_is_enabled: bool,
    /// Leases.
    pub leases: u64,
}

/// A member of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its id in hex, as etcd prints it.
    pub id: String,
    /// Its name, empty before its first start.
    pub name: String,
    /// Where its peers reach it.
    pub peer_urls: Vec<String>,
    /// Where clients reach it.
    pub client_urls: Vec<String>,
    /// Whether it has no vote.
    pub is_learner: bool,
}

/// Raft's configuration (`raftpb.ConfState`), ids in hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConfState {
    /// Members with a vote.
    pub voters: Vec<String>,
    /// Members without.
    pub learners: Vec<String>,
}

#[derive(Deserialize)]
struct MemberJson {
    id: u64,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "peerURLs")]
    peer_urls: Option<Vec<String>>,
    #[serde(default, rename = "clientURLs")]
    client_urls: Option<Vec<String>>,
    #[serde(default, rename = "isLearner")]
    is_learner: bool,
}

#[derive(Deserialize)]
struct ConfStateJson {
    #[serde(default)]
    voters: Option<Vec<u64>>,
    #[serde(default)]
    learners: Option<Vec<u64>>,
}

/// An id as etcd prints it: hex without leading zeros.
pub(crate) fn show_id(id: u64) -> String {
    format!("{id:x}")
}

/// Reads what the small buckets tell; `bucket` gives the records of one by name.
pub(crate) fn read_identity<'a>(
    bucket: impl Fn(&str) -> Option<&'a SmallBucket>,
    leases: u64,
) -> (Identity, Compaction) {
    let meta = |name: &str| bucket("meta").and_then(|meta| meta.get(name.as_bytes()));
    let number = |name| {
        let bytes: [u8; 8] = meta(name)?.as_slice().try_into().ok()?;
        Some(u64::from_be_bytes(bytes))
    };
    let text = |bytes: &Vec<u8>| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    };
    let main = |name| {
        meta(name)
            .and_then(|value| Revision::parse_main(value))
            .unwrap_or(0)
    };
    let records = |name: &str| bucket(name).into_iter().flatten();
    let identity = Identity {
        members: records("members")
            .filter_map(|(_, value)| member(value))
            .collect(),
        removed_members: records("members_removed")
            .filter_map(|(id, _)| text(id))
            .collect(),
        cluster_version: bucket("cluster")
            .and_then(|cluster| cluster.get(b"clusterVersion".as_slice()))
            .and_then(text),
        storage_version: meta("storageVersion").and_then(text),
        consistent_index: number("consistent_index"),
        term: number("term"),
        conf_state: meta("confState").and_then(|value| conf_state(value)),
        alarms: records("alarm")
            .filter_map(|(key, _)| Alarm::parse(key))
            .collect(),
        auth_is_enabled: bucket("auth")
            .and_then(|auth| auth.get(b"authEnabled".as_slice()))
            .is_some_and(|value| value.as_slice() == [1]),
        leases,
    };
    let compaction = Compaction {
        finished: main("finishedCompactRev"),
        scheduled: main("scheduledCompactRev"),
    };
    (identity, compaction)
}

fn member(value: &[u8]) -> Option<Member> {
    let json: MemberJson = serde_json::from_slice(value).ok()?;
    Some(Member {
        id: show_id(json.id),
        name: json.name,
        peer_urls: json.peer_urls.unwrap_or_default(),
        client_urls: json.client_urls.unwrap_or_default(),
        is_learner: json.is_learner,
    })
}

fn conf_state(value: &[u8]) -> Option<ConfState> {
    let json: ConfStateJson = serde_json::from_slice(value).ok()?;
    let ids = |ids: Option<Vec<u64>>| ids.unwrap_or_default().into_iter().map(show_id).collect();
    Some(ConfState {
        voters: ids(json.voters),
        learners: ids(json.learners),
    })
}
