// SPDX-License-Identifier: Apache-2.0

//! The ids that a start with `--initial-cluster-state=new` creates, recomputed from flags.
//!
//! Member id = first 8 bytes (big endian) of the SHA-1 over the sorted peer URLs, concatenated,
//! and the cluster token; cluster id = the same over the sorted member ids as 8 big-endian bytes
//! each (server/etcdserver/api/membership/member.go computeMemberID, cluster.go genID). Names are
//! not part of it. `member add` mixes in the time, so ids of added members cannot be recomputed.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use crate::model::{ClusterId, EtcdConfig, MemberId};

/// The token etcd uses where none is given (server/embed/config.go).
const DEFAULT_TOKEN: &str = "etcd-cluster";

/// What a process's own flags would create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapIds {
    /// Cluster id.
    pub cluster: ClusterId,
    /// Id of the process's own member; `None` where its name is not in the list.
    pub member: Option<MemberId>,
    /// Name and id of every member in the flags' list.
    pub members: Vec<(String, MemberId)>,
    /// The token used.
    pub token: String,
}

/// `--initial-cluster` as name → peer URLs; a name may be given several times, one URL each.
pub fn parse_initial_cluster(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in text.split(',') {
        if let Some((name, url)) = part.trim().split_once('=') {
            members
                .entry(name.to_owned())
                .or_default()
                .push(url.trim().to_owned());
        }
    }
    members
}

/// The cluster id over member ids.
pub fn cluster_id(members: impl IntoIterator<Item = MemberId>) -> ClusterId {
    let mut ids: Vec<_> = members.into_iter().collect();
    ids.sort_unstable();
    let mut hash = Sha1::new();
    for id in ids {
        hash.update(id.0.to_be_bytes());
    }
    ClusterId(first_eight_bytes(hash))
}

/// The ids that a `new` start with these flags creates; `None` without `--initial-cluster`.
pub fn bootstrap_ids(config: &EtcdConfig) -> Option<BootstrapIds> {
    let list = parse_initial_cluster(config.get("initial-cluster")?);
    if list.is_empty() {
        return None;
    }
    let token = config
        .get("initial-cluster-token")
        .unwrap_or(DEFAULT_TOKEN)
        .to_owned();
    let members: Vec<_> = list
        .into_iter()
        .map(|(name, mut urls)| {
            urls.sort();
            let mut hash = Sha1::new();
            for url in &urls {
                hash.update(url.as_bytes());
            }
            hash.update(token.as_bytes());
            (name, MemberId(first_eight_bytes(hash)))
        })
        .collect();
    let own_name = config.get("name").unwrap_or("default");
    Some(BootstrapIds {
        cluster: cluster_id(members.iter().map(|(_, id)| *id)),
        member: members
            .iter()
            .find(|(name, _)| name == own_name)
            .map(|(_, id)| *id),
        members,
        token,
    })
}

fn first_eight_bytes(hash: Sha1) -> u64 {
    let digest = hash.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
