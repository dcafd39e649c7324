// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::etcd::Endpoint;
use crate::model::{ClusterId, ListedMember, Observation};

/// The last good topology of one cluster: names, URLs, ids. No secret is ever in it.
///
/// It is kept because the API server dies with etcd: without it nothing would tell where the
/// members are when they are needed most. It is never an input to a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topology {
    /// Shape of the file.
    pub schema: String,
    /// The cluster.
    pub cluster_id: ClusterId,
    /// When it was seen.
    pub saved_at: Timestamp,
    /// Kubeconfig contexts it was reached by.
    pub contexts: BTreeSet<String>,
    /// Endpoints and engines it was reached by.
    pub places: BTreeSet<String>,
    /// Its members.
    pub members: Vec<ListedMember>,
    /// Its nodes: name and address.
    pub nodes: Vec<(String, String)>,
}

impl Topology {
    /// Whether it was reached by this place, or one of its members or nodes is there.
    fn is_known_by(&self, place: &str) -> bool {
        let authority = |url: &str| Endpoint::parse(url, true).ok().map(|e| e.authority());
        let wanted = authority(place);
        let mut urls = self.members.iter().flat_map(|m| &m.client_urls);
        self.places.contains(place)
            || self
                .nodes
                .iter()
                .any(|(name, at)| name == place || at == place)
            || wanted.is_some() && urls.any(|url| authority(url) == wanted)
    }
}

/// Version of the file's shape.
const SCHEMA: &str = "kubectl-etcd/topology/v1";

/// What to find a topology by.
#[derive(Clone, Debug, Default)]
pub struct CacheKeys {
    /// Kubeconfig context.
    pub context: Option<String>,
    /// Endpoints or engines asked; on a node its own member's endpoint.
    pub places: Vec<String>,
}

/// The folder of the cache.
#[derive(Clone, Debug)]
pub struct TopologyCache {
    folder: PathBuf,
}

impl TopologyCache {
    /// `$XDG_CACHE_HOME/kubectl-etcd/topology`.
    pub fn in_home() -> Option<Self> {
        let base = etcetera::choose_base_strategy().ok()?;
        Some(Self::at(&base.cache_dir().join("kubectl-etcd/topology")))
    }

    /// In another folder.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The newest topology that was reached by the context or by one of the places, or that has a
    /// member or node there: so a dead node's own address leads to the other members.
    /// Unreadable files are passed over: a cache may be damaged without harm.
    pub fn find(&self, keys: &CacheKeys) -> Option<Topology> {
        let mut found: Vec<Topology> = self
            .all()
            .into_iter()
            .filter(|t| {
                keys.context
                    .as_ref()
                    .is_some_and(|c| t.contexts.contains(c))
                    || keys.places.iter().any(|place| t.is_known_by(place))
            })
            .collect();
        found.sort_by_key(|t| t.saved_at);
        found.pop()
    }

    /// Every readable topology, for completion of names.
    pub fn all(&self) -> Vec<Topology> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
            .filter_map(|text| serde_json::from_str::<Topology>(&text).ok())
            .filter(|topology| topology.schema == SCHEMA)
            .collect()
    }

    /// Remembers what an observation saw, adding the keys to those known of the same cluster.
    /// Failures to write are returned for a note; they spoil nothing.
    pub fn save(&self, observation: &Observation, keys: &CacheKeys) -> std::io::Result<()> {
        let Some(cluster_id) = observation.cluster_id else {
            return Ok(());
        };
        let members: Vec<ListedMember> = observation.listed().map(|(l, _)| l.clone()).collect();
        if members.is_empty() {
            return Ok(());
        }
        let file = self.folder.join(format!("{cluster_id}.json"));
        let known = fs::read_to_string(&file).ok();
        let known = known.and_then(|text| serde_json::from_str::<Topology>(&text).ok());
        let (mut contexts, mut places) =
            known.map_or_else(Default::default, |t| (t.contexts, t.places));
        contexts.extend(keys.context.clone());
        places.extend(keys.places.iter().cloned());
        let nodes = observation.kubernetes.iter().flat_map(|k| &k.nodes);
        let topology = Topology {
            schema: SCHEMA.to_owned(),
            cluster_id,
            saved_at: observation.taken_at,
            contexts,
            places,
            members,
            nodes: nodes
                .filter_map(|n| Some((n.name.clone(), n.addresses.first()?.clone())))
                .collect(),
        };
        fs::create_dir_all(&self.folder)?;
        // Beside and renamed: two runs at once never leave half a file.
        let beside = self
            .folder
            .join(format!(".{cluster_id}.{}", std::process::id()));
        let mut out = fs::File::create(&beside)?;
        out.write_all(serde_json::to_string_pretty(&topology)?.as_bytes())?;
        drop(out);
        fs::rename(&beside, &file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(folder: &Path) -> TopologyCache {
        let text = r#"{"schema": "kubectl-etcd/topology/v1", "cluster_id": "cdf818194e3a8c32",
            "saved_at": "2026-01-02T03:04:05Z", "contexts": ["prod"], "places": ["unix:///a.sock"],
            "members": [{"id": "8e9e05c52164694d", "name": "etcd-n1",
                "peer_urls": ["https://10.9.9.1:2380"], "client_urls": ["https://10.9.9.1:2379"],
                "is_learner": false}], "nodes": [["n1", "10.9.9.1"]]}"#;
        fs::write(folder.join("cdf818194e3a8c32.json"), text).unwrap();
        TopologyCache::at(folder)
    }

    #[test]
    fn it_is_found_by_context_place_endpoint_and_node() {
        let folder = tempfile::tempdir().unwrap();
        let cache = kept(folder.path());
        let by = |context: Option<&str>, places: &[&str]| {
            let keys = CacheKeys {
                context: context.map(str::to_owned),
                places: places.iter().map(|place| (*place).to_owned()).collect(),
            };
            cache.find(&keys).is_some()
        };
        assert!(by(Some("prod"), &[]));
        for place in [
            "unix:///a.sock",
            "https://10.9.9.1:2379",
            "10.9.9.1:2379",
            "n1",
            "10.9.9.1",
        ] {
            assert!(by(None, &[place]), "{place}");
        }
        assert!(!by(Some("staging"), &["https://10.9.9.2:2379", "n2"]));
    }
}
