// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the API says of an etcd pod beyond what any process has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodFacts {
    /// Phase, such as "Running", "Pending", "Failed".
    pub phase: String,
    /// Why the pod as a whole is not well, such as "Evicted" or "OutOfephemeral-storage".
    pub reason: Option<String>,
    /// The same in a sentence.
    pub message: Option<String>,
    /// Whether the etcd container is ready by its probes.
    pub ready: Option<bool>,
    /// Whether it is the mirror of a static pod: the kubelet's own, made from a file on the node.
    pub mirror: bool,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// How the last run of the container ended.
    pub last_termination: Option<Termination>,
    /// What the kubelet reported of it lately, the newest last.
    #[serde(default)]
    pub events: Vec<PodEvent>,
}

/// The end of a container's run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Termination {
    /// Exit code.
    pub exit_code: i64,
    /// Signal, where one ended it.
    pub signal: Option<i64>,
    /// Reason, such as "OOMKilled", "Error", "Completed".
    pub reason: Option<String>,
    /// What it left in its termination log.
    pub message: Option<String>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A Kubernetes event about a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodEvent {
    /// Reason, such as "Unhealthy" or "BackOff".
    pub reason: String,
    /// Its sentence.
    pub message: String,
    /// How often it was seen.
    pub count: i64,
    /// When it was last seen.
    pub last_at: Option<Timestamp>,
}
