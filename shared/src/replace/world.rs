// SPDX-License-Identifier: Apache-2.0

//! What a plan is made from.

use serde::{Deserialize, Serialize};

use crate::model::{
    ClusterId, EtcdConfig, ListedMember, MemberHealth, MemberId, MemberObservation, Observation,
    Version,
};
use crate::rules::{bootstrap_ids, member_health, quorum_size};

use super::node::RunRecord;
use super::options::Options;

/// Everything that a plan is made from: what etcd says, what the target's node says, what an
/// earlier run left. Plain data; looking again gives a new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// What etcd says (etcd-health's own observation).
    pub observation: Observation,
    /// Who is to be replaced.
    pub target: Target,
    /// What the target's node says.
    pub node: NodeView,
    /// Who else holds the cluster-wide lock, by the key in etcd.
    pub foreign_lock: Option<LockHolder>,
    /// What an unfinished run of ours knows that the world cannot tell.
    pub earlier: Option<Earlier>,
}

/// The member to be replaced, as it will be again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Member name: what `--name` of its process says.
    pub name: String,
    /// Peer URLs that it advertises.
    pub peer_urls: Vec<String>,
    /// Client URLs that it advertises.
    pub client_urls: Vec<String>,
}

/// What an earlier, unfinished run knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The run's id.
    pub run: String,
    /// The entry that it set out to remove.
    pub old_id: Option<MemberId>,
}

/// Who holds a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// The run's id.
    pub run: String,
    /// `user@machine`, as that run wrote it.
    pub who: String,
    /// When it began, RFC 3339.
    pub since: String,
}

/// What the process of the target does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessState {
    /// Runs, and what answers is the listed member of this cluster.
    RunningAsMember,
    /// Runs, and what answers belongs to another cluster: its `new` start made one.
    RunningForeign,
    /// Runs by the runtime's word and answers nothing: whether it lives is not known.
    RunningSilent,
    /// Ends and is started again, over and over.
    CrashLooping,
    /// Does not run.
    Stopped,
    /// There is no process, nor one that an earlier run set aside.
    Absent,
}

/// What the node access says of the target's node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeView {
    /// What and where, such as `container "etcd" on ssh://root@10.0.0.2`.
    pub place: String,
    /// How a person does things there.
    pub words: NodeWords,
    /// What the process does by the runtime's word alone.
    pub runtime: RuntimeState,
    /// Evidence for it: status text, exit code, restart count.
    pub runtime_text: String,
    /// Whether it would be started again by itself (restart policy other than `no`).
    pub restarts_by_itself: bool,
    /// The settings of etcd that the process has.
    pub settings: EtcdConfig,
    /// Version of the etcd in the image, by its own `--version`.
    pub etcd_version: Option<Version>,
    /// The data.
    pub data: DataView,
    /// The first log line that a person should see, where it crash-loops.
    pub last_words: Option<String>,
    /// Who holds the lock file beside the data.
    pub lock: Option<LockHolder>,
    /// Things that forbid work on this node, each one sentence with its remedy.
    pub obstacles: Vec<Obstacle>,
    /// A process definition that an earlier run set aside and that can serve as the template.
    pub kept: Option<String>,
    /// Whether the process of that name is there (and not only one that was set aside).
    pub has_current: bool,
    /// Restart policy of the present process by the runtime's name for it.
    pub restart_policy: String,
    /// Settings present that must never come along to a new start.
    pub forbidden: Vec<String>,
    /// The record of an unfinished run that lies beside the data.
    pub record: Option<RunRecord>,
}

/// Words for a kind of node: what runs etcd there and how a person changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeWords {
    /// "container", "static pod".
    pub process: String,
    /// How it gets another image.
    pub change_image: String,
    /// How a frozen one goes on.
    pub unfreeze: String,
    /// How a member that is gone with its machine is joined again.
    pub missing: String,
}

/// By the runtime's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeState {
    /// Runs and has not been restarted lately.
    Running,
    /// Is frozen.
    Paused,
    /// Is restarting, or was restarted twice or more while we looked, or its last run ended in a
    /// fatal signature.
    CrashLooping,
    /// Does not run.
    Stopped,
    /// There is none.
    Absent,
}

/// The target's data on its node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataView {
    /// `--data-dir`, as the process sees it.
    pub data_dir: String,
    /// A separate `--wal-dir`, as the process sees it.
    pub wal_dir: Option<String>,
    /// What has to be set aside, as the node itself names it.
    pub paths_on_node: Vec<String>,
    /// Whether `member/` is there.
    pub member_present: bool,
    /// Whether the separate WAL is there and not empty.
    pub wal_present: bool,
    /// Who the WAL says that it is; `None` where there is none or it cannot be read.
    pub identity: Option<WalIdentity>,
    /// Why the identity could not be read.
    pub identity_error: Option<String>,
    /// Bytes that the data takes on disk.
    pub disk_bytes: u64,
    /// Bytes free on its file system.
    pub free_bytes: u64,
    /// Size of that file system in bytes.
    pub total_bytes: u64,
    /// Whether the data lies in the container's own layer: it then stays with the old definition.
    pub in_container_layer: bool,
    /// Whether our helper holds etcd's exclusive lock on the database.
    pub locked_by_us: bool,
    /// What earlier runs set aside here.
    pub set_aside: Vec<String>,
}

/// Identity recorded in the WAL's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalIdentity {
    /// Member.
    pub member: MemberId,
    /// Cluster.
    pub cluster: ClusterId,
}

/// Something about the node that forbids the work: found by the node access, shown as a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// Id of the refusal.
    pub refusal: String,
    /// One sentence.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

/// The member list's word on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// Listed, with a published name.
    ListedStarted,
    /// Listed at the target's peer URL, never started.
    ListedUnstarted,
    /// Not listed.
    NotListed,
}

/// A listed member with its health.
#[derive(Clone, Debug)]
pub struct Peer<'a> {
    /// The entry.
    pub listed: &'a ListedMember,
    /// What was seen.
    pub seen: &'a MemberObservation,
    /// Whether it does its work.
    pub health: MemberHealth,
}

impl NodeView {
    /// The id of the cluster that a start with `new` and these settings would make.
    pub fn own_bootstrap_cluster(&self) -> Option<ClusterId> {
        bootstrap_ids(&self.settings).map(|ids| ids.cluster)
    }
}

impl World {
    /// The target's entry in the member list: by peer URL, the only thing that etcd itself keeps
    /// unique, else by name (two members of one name are refused apart).
    pub fn entry(&self) -> Option<&ListedMember> {
        let by_url = self
            .observation
            .listed()
            .map(|(listed, _)| listed)
            .find(|listed| {
                listed
                    .peer_urls
                    .iter()
                    .any(|url| self.target.peer_urls.contains(url))
            });
        by_url.or_else(|| {
            self.observation
                .listed()
                .map(|(listed, _)| listed)
                .find(|listed| listed.is_started() && listed.name == self.target.name)
        })
    }

    /// What the list says of the target.
    pub fn entry_state(&self) -> EntryState {
        match self.entry() {
            None => EntryState::NotListed,
            Some(entry) if entry.is_started() => EntryState::ListedStarted,
            Some(_) => EntryState::ListedUnstarted,
        }
    }

    /// What was seen of the target through etcd's API.
    pub fn target_seen(&self) -> Option<&MemberObservation> {
        let id = self.entry().map(|entry| entry.id);
        self.observation
            .members
            .iter()
            .find(|m| id.is_some() && m.listed.as_ref().map(|l| l.id) == id)
            .or_else(|| {
                self.observation.members.iter().find(|m| {
                    m.listed.is_none()
                        && m.endpoint
                            .as_ref()
                            .is_some_and(|endpoint| self.is_target_endpoint(endpoint))
                })
            })
    }

    fn is_target_endpoint(&self, endpoint: &str) -> bool {
        self.target
            .client_urls
            .iter()
            .any(|url| url.trim_end_matches('/') == endpoint.trim_end_matches('/'))
    }

    /// What its process does: the runtime's word first, then what answers at its address.
    pub fn process_state(&self) -> ProcessState {
        match self.node.runtime {
            RuntimeState::Absent if self.node.kept.is_some() => ProcessState::Stopped,
            RuntimeState::Absent => ProcessState::Absent,
            RuntimeState::Stopped => ProcessState::Stopped,
            RuntimeState::CrashLooping => ProcessState::CrashLooping,
            RuntimeState::Paused => ProcessState::RunningSilent,
            RuntimeState::Running => self.answering_state(),
        }
    }

    fn answering_state(&self) -> ProcessState {
        let Some(seen) = self.target_seen() else {
            return ProcessState::RunningSilent;
        };
        let header = seen
            .status
            .value()
            .map(|status| status.header)
            .or_else(|| seen.serializable_read.value().map(|read| read.header))
            .or_else(|| seen.linearizable_read.value().map(|read| read.header));
        match header {
            None => ProcessState::RunningSilent,
            Some(header) if Some(header.cluster_id) != self.observation.cluster_id => {
                ProcessState::RunningForeign
            }
            Some(_) => ProcessState::RunningAsMember,
        }
    }

    /// Every listed member with its health, the target included.
    pub fn peers(&self) -> Vec<Peer<'_>> {
        self.observation
            .listed()
            .map(|(listed, seen)| Peer {
                listed,
                seen,
                health: member_health(&self.observation, seen),
            })
            .collect()
    }

    /// Every listed member but the target.
    pub fn others(&self) -> Vec<Peer<'_>> {
        let id = self.entry().map(|entry| entry.id);
        let mut peers = self.peers();
        peers.retain(|peer| Some(peer.listed.id) != id);
        peers
    }

    /// Healthy voters other than the target.
    pub fn survivors(&self) -> Vec<Peer<'_>> {
        let mut others = self.others();
        others.retain(|peer| !peer.listed.is_learner && peer.health.is_healthy());
        others
    }

    /// The target's health by etcd's word, where it is listed.
    pub fn target_health(&self) -> Option<MemberHealth> {
        let id = self.entry()?.id;
        self.peers()
            .into_iter()
            .find(|peer| peer.listed.id == id)
            .map(|peer| peer.health)
    }

    /// Lowest version among the survivors: the cluster's version for all that matters here.
    pub fn cluster_version(&self) -> Option<Version> {
        self.survivors()
            .iter()
            .filter_map(|peer| peer.seen.version())
            .min()
    }

    /// Whether the data belongs to the present entry: then it is the new member's and stays.
    pub fn data_is_the_entrys(&self) -> bool {
        match (self.entry(), self.node.data.identity) {
            (Some(entry), Some(identity)) => {
                identity.member == entry.id && Some(identity.cluster) == self.observation.cluster_id
            }
            _ => false,
        }
    }

    /// The id that has to go: the target's entry, unless that entry is already the new one.
    pub fn id_to_remove(&self) -> Option<MemberId> {
        let entry = self.entry()?;
        if !entry.is_started() || self.entry_is_ours() {
            return None;
        }
        Some(entry.id)
    }

    /// Whether the entry was added by this replacement: it is not the one that it set out to
    /// remove.
    pub fn entry_is_ours(&self) -> bool {
        match (self.entry(), &self.earlier) {
            (Some(entry), Some(earlier)) => {
                earlier.old_id.is_some_and(|old| old != entry.id)
                    || (earlier.old_id.is_none() && entry.is_started())
            }
            _ => false,
        }
    }

    /// The leader by the survivors' word.
    pub fn leader(&self) -> Option<MemberId> {
        self.survivors()
            .iter()
            .filter_map(|peer| peer.seen.status.value())
            .map(|status| status.leader)
            .find(|leader| leader.0 != 0)
    }

    /// The survivor with the highest applied index (then raft index): the one to take a snapshot
    /// from.
    pub fn most_advanced(&self) -> Option<Peer<'_>> {
        self.survivors().into_iter().max_by_key(|peer| {
            peer.seen
                .status
                .value()
                .map(|status| (status.raft_applied_index, status.raft_index))
        })
    }

    /// Voters that the cluster has, and what is a quorum of them.
    pub fn voters_and_quorum(&self) -> (usize, usize) {
        let voters = self
            .observation
            .listed()
            .filter(|(listed, _)| !listed.is_learner)
            .count();
        (voters, quorum_size(voters))
    }

    /// `--initial-cluster` for the new start: every entry of the live list, the target under its
    /// own name even while its entry has none.
    pub fn initial_cluster(&self) -> String {
        let entry = self.entry().map(|entry| entry.id);
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (listed, _) in self.observation.listed() {
            let name = if Some(listed.id) == entry {
                self.target.name.clone()
            } else {
                listed.name.clone()
            };
            for url in &listed.peer_urls {
                pairs.push((name.clone(), url.clone()));
            }
        }
        if entry.is_none() {
            for url in &self.target.peer_urls {
                pairs.push((self.target.name.clone(), url.clone()));
            }
        }
        pairs.sort();
        pairs
            .iter()
            .map(|(name, url)| format!("{name}={url}"))
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Whether the process definition is already the one of the new start: `existing`, the live
    /// list, and nothing of what must not come along.
    pub fn definition_is_new(&self) -> bool {
        let parts = |text: &str| {
            let mut parts: Vec<String> = text.split(',').map(|p| p.trim().to_owned()).collect();
            parts.sort();
            parts
        };
        let settings = &self.node.settings;
        self.node.has_current
            && self.node.forbidden.is_empty()
            && settings.get("initial-cluster-state") == Some("existing")
            && settings
                .get("initial-cluster")
                .is_some_and(|list| parts(list) == parts(&self.initial_cluster()))
    }

    /// Whether the target is past the add: its entry is there to be joined (or is joined), and no
    /// old data is in its way.
    pub fn is_joining(&self) -> bool {
        self.entry().is_some()
            && self.id_to_remove().is_none()
            && (self.data_is_clear() || self.data_is_the_entrys())
    }

    /// Whether the process is, or will be at its next start, the member that the entry waits for.
    pub fn starts_as_it_should(&self) -> bool {
        let state = self.process_state();
        self.is_joining()
            && state != ProcessState::RunningForeign
            && (self.definition_is_new()
                || (self.data_is_the_entrys() && state == ProcessState::RunningAsMember))
    }

    /// Whether no data is in the new member's way.
    pub fn data_is_clear(&self) -> bool {
        let data = &self.node.data;
        if data.in_container_layer {
            // It stays with the old container; the new one begins empty.
            return self.definition_is_new();
        }
        !data.member_present && !data.wal_present
    }

    /// Whether this run may add a learner, by version and choice.
    pub fn adds_learner(&self, options: &Options) -> bool {
        !options.no_learner && self.cluster_version().is_some_and(learners_are_safe)
    }
}

/// Learners exist from 3.4. In 3.5.0 to 3.5.25 a promotion may not be stored on every member, and
/// 3.6 then refuses to start (etcd#19557 fixed in 3.5.20, #20793 in 3.5.24, #20967 in 3.5.26).
pub fn learners_are_safe(version: Version) -> bool {
    match version.minor_pair() {
        (3, 4) => true,
        (3, 5) => version >= Version::new(3, 5, 26),
        pair => pair >= (3, 6),
    }
}
