// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::MemberId;

/// How bad a finding is. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; changes no verdict.
    Info,
    /// Needs a look in the next days: verdict "warning".
    Warning,
    /// A member is broken or the cluster is one step from trouble: verdict "degraded".
    Degraded,
    /// The cluster cannot work or data is at risk: "quorum lost", or "degraded" where quorum holds.
    Critical,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Degraded => "degraded",
            Self::Critical => "critical",
        })
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Subject {
    /// The whole cluster.
    Cluster,
    /// One member.
    Member {
        /// Its id, where known.
        id: Option<MemberId>,
        /// Its name to show.
        name: String,
    },
    /// A Kubernetes node.
    Node {
        /// Its name.
        name: String,
    },
    /// The way to reach etcd.
    Access,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cluster => f.write_str("cluster"),
            Self::Member { name, .. } => write!(f, "member {name}"),
            Self::Node { name } => write!(f, "node {name}"),
            Self::Access => f.write_str("access"),
        }
    }
}

/// The very thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it was seen, such as "docker logs etcd" or "status of etcd-n2".
    pub source: String,
    /// The log line, number or field.
    pub text: String,
}

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// One or two sentences.
    pub text: String,
    /// Commands to run, in order, complete with the access flags in use.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub commands: Vec<String>,
}

/// One thing that is wrong (or worth knowing), with what shows it and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable id, such as "db-multiref"; `kubectl etcd-health explain ID` tells more.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// About whom.
    pub subject: Subject,
    /// One line: what is wrong.
    pub title: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Why, as one sentence.
    pub cause: String,
    /// What to do.
    pub remedy: Remedy,
    /// Where to read more: an issue, a page.
    pub reference: String,
    /// Ids of findings and log signatures that only follow from this one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub echoes: Vec<String>,
    /// Among findings of one severity the one with the higher rank is the better explanation.
    pub rank: u8,
}
