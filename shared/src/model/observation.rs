// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClusterId, KubernetesObservation, ListedMember, ManifestFolder, MemberObservation};

/// Name and version of the observation's JSON shape.
pub const OBSERVATION_SCHEMA: &str = "kubectl-etcd/observation/v1";

/// A way to reach etcd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// Endpoints from flags or the environment.
    Endpoints,
    /// A Docker engine's etcd containers.
    Docker,
    /// The files of the machine that the tool runs on.
    Local,
    /// Addresses from the Kubernetes API, asked straight.
    Api,
    /// `pods/portforward` of the Kubernetes API.
    ApiPortforward,
    /// `pods/exec` of the Kubernetes API.
    ApiExec,
    /// A helper pod made through the Kubernetes API.
    ApiHelper,
}

impl std::fmt::Display for Via {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Endpoints => "endpoints",
            Self::Docker => "docker",
            Self::Local => "local",
            Self::Api => "api",
            Self::ApiPortforward => "api-portforward",
            Self::ApiExec => "api-exec",
            Self::ApiHelper => "api-helper",
        })
    }
}

/// How etcd was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessReport {
    /// The way used.
    pub via: Via,
    /// Where it came from, in words, such as "flags --endpoints" or "docker engine unix:///…".
    pub source: String,
    /// Access flags to repeat in a remedy's command, such as `--docker-host ssh://root@10.0.0.1`.
    pub flags: Vec<String>,
    /// Whether the topology came from the cache because nothing else told it; from when, if so.
    pub from_cache: Option<Timestamp>,
    /// Things worth a word: a source that was tried and did not answer, and why.
    pub notes: Vec<String>,
}

/// Everything seen of one cluster at one time. The rules read nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// [`OBSERVATION_SCHEMA`].
    pub schema: String,
    /// When, by our clock.
    pub taken_at: Timestamp,
    /// How etcd was reached.
    pub access: AccessReport,
    /// The cluster's id by the reference member list.
    pub cluster_id: Option<ClusterId>,
    /// Where the reference member list comes from.
    pub list_source: ListSource,
    /// The members: every entry of the list, and every process that no list names.
    pub members: Vec<MemberObservation>,
    /// The revision at which HashKV was asked of all.
    pub hash_revision: Option<i64>,
    /// What Kubernetes says, where it was asked.
    pub kubernetes: Option<KubernetesObservation>,
    /// The kubelets' manifest folders, where they could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifest_folders: Vec<ManifestFolder>,
}

impl Observation {
    /// The listed members.
    pub fn listed(&self) -> impl Iterator<Item = (&ListedMember, &MemberObservation)> {
        self.members
            .iter()
            .filter_map(|m| m.listed.as_ref().map(|l| (l, m)))
    }
}

/// Where the reference member list comes from: how much it can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ListSource {
    /// From a member that answered a linearizable read with the same cluster id: current.
    Linearizable {
        /// The member's label.
        member: String,
    },
    /// The most advanced list of members that answer without quorum: perhaps old.
    Serializable {
        /// The member's label.
        member: String,
    },
    /// From configuration (flags of containers, manifests): what was meant, not what is.
    Configuration,
    /// From the cache.
    Cache,
    /// There is none.
    #[default]
    None,
}
