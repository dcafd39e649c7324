// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::Verdict;
use crate::db::fault::Fault;
use crate::db::identity::Identity;
use crate::db::layout::MetaFault;
use crate::db::mvcc::{HashOutcome, KeyContent, Resource};

/// Everything about one database file or snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DbReport {
    /// The judgement.
    pub verdict: Verdict,
    /// Bytes of the file, trailer included.
    pub file_bytes: u64,
    /// The sha256 that `etcdctl snapshot save` puts at the end, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailer: Option<Trailer>,
    /// The two heads of the file.
    pub meta_pages: Vec<MetaPage>,
    /// What the newest valid head leads to; missing when neither is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<HeldState>,
    /// The faults, in the order etcd would meet them; capped, see `fault_counts`.
    pub faults: Vec<Fault>,
    /// How many faults of each kind there are.
    pub fault_counts: BTreeMap<String, u64>,
    /// What the damage costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<LostData>,
    /// The state before the last commit, looked at when the newest is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_state: Option<OlderState>,
    /// Whether the file changed while it was read: an etcd runs on it.
    pub changed_while_read: bool,
    /// Whether `etcdutl snapshot restore` can make a member of it.
    pub can_be_restored_from: bool,
}

/// The sha256 at the end of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trailer {
    /// What stands there, in hex.
    pub stored_sha256: String,
    /// What the bytes before it give, in hex.
    pub computed_sha256: String,
}

impl Trailer {
    /// Whether the two are the same.
    pub fn matches(&self) -> bool {
        self.stored_sha256 == self.computed_sha256
    }
}

/// One of the two heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MetaPage {
    /// 0 or 1.
    pub page: u8,
    /// Its transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub txid: Option<u64>,
    /// Why it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<MetaFault>,
}

/// What a head leads to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeldState {
    /// Its transaction.
    pub txid: u64,
    /// Sizes.
    pub sizes: Sizes,
    /// The buckets in their order.
    pub buckets: Vec<BucketUse>,
    /// What the bucket `key` holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<KeyContent>,
    /// The hash a member answers to `endpoint hashkv`.
    pub hash_kv: HashOutcome,
    /// The hash `etcdutl snapshot status` prints; missing when the file is damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_status_hash: Option<u32>,
    /// Who and where.
    pub identity: Identity,
}

/// How the space is used, in the terms of `etcdctl endpoint status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Bytes of a page.
    pub page_bytes: u64,
    /// `dbSize`: pages up to the high-water mark.
    pub db_bytes: u64,
    /// `dbSizeInUse`: pages in use.
    pub in_use_bytes: u64,
    /// Pages free for new data.
    pub free_pages: u64,
}

impl Sizes {
    /// The share of free pages, in percent.
    pub fn free_percent(&self) -> f64 {
        if self.db_bytes == 0 {
            return 0.0;
        }
        (self.db_bytes.saturating_sub(self.in_use_bytes)) as f64 * 100.0 / self.db_bytes as f64
    }
}

/// What a bucket takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketUse {
    /// Its name.
    pub name: String,
    /// Its records.
    pub records: u64,
    /// Bytes of its keys.
    pub key_bytes: u64,
    /// Bytes of its values.
    pub value_bytes: u64,
    /// Branch pages.
    pub branch_pages: u64,
    /// Leaf pages.
    pub leaf_pages: u64,
    /// Pages that only continue another.
    pub overflow_pages: u64,
    /// Whether it stands inside another page.
    pub is_inline: bool,
}

/// What the damage costs, as far as it can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LostData {
    /// Subtrees of the bucket `key` that cannot be reached.
    pub lost_ranges: u64,
    /// Other buckets with lost parts.
    pub other_buckets: Vec<String>,
    /// Revisions that belong there and were found in broken or unlinked pages.
    pub found_revisions: u64,
    /// Different keys among them (counted up to a limit).
    pub found_keys: u64,
    /// Those of Kubernetes by resource, the most first.
    pub resources: Vec<LostResource>,
    /// Some of the keys that are not of Kubernetes.
    pub other_keys: Vec<String>,
}

/// Objects of one resource that are reachable only through broken pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostResource {
    /// The resource as `kubectl get` takes it.
    pub resource: String,
    /// How many objects.
    pub objects: u64,
    /// Some of them.
    pub examples: Vec<Resource>,
}

/// The state before the last commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OlderState {
    /// Its transaction.
    pub txid: u64,
    /// Whether all of it can be read.
    pub is_sound: bool,
    /// Its newest revision.
    pub current_revision: i64,
    /// The last raft entry applied to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_index: Option<u64>,
}
