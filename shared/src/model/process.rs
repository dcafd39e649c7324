// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EtcdConfig, PodFacts, Probe};

/// What the thing that runs etcd says about it: a container, a pod, a unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessObservation {
    /// What runs it.
    pub kind: ProcessKind,
    /// Name of the container, pod (`namespace/name`) or unit.
    pub name: String,
    /// Container id, where there is one.
    pub id: Option<String>,
    /// Where it was seen: an engine's address, a node, the API server.
    pub seen_on: String,
    /// The Kubernetes node it runs on, where that was said.
    pub node: Option<String>,
    /// Image reference as configured.
    pub image: Option<String>,
    /// What it does now.
    pub state: ProcessState,
    /// The runtime's own word for the state, such as "Restarting (2)" or "CrashLoopBackOff".
    pub state_text: String,
    /// Exit code of the last run that ended.
    pub exit_code: Option<i64>,
    /// Whether the kernel ended it for lack of memory.
    pub oom_killed: bool,
    /// Restarts counted by the runtime.
    pub restart_count: Option<u64>,
    /// Start of the present or last run.
    pub started_at: Option<Timestamp>,
    /// End of the last run.
    pub finished_at: Option<Timestamp>,
    /// What the runtime says of a failure to start.
    pub error: Option<String>,
    /// Restart policy, such as "always".
    pub restart_policy: Option<String>,
    /// etcd's configuration as the flags and environment of this process give it.
    pub config: EtcdConfig,
    /// The end of its log.
    pub log: Probe<LogTail>,
    /// What only a pod has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<PodFacts>,
}

/// What runs an etcd process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessKind {
    /// A container of a Docker engine (or Podman's compatible socket).
    DockerContainer,
    /// A pod.
    Pod,
    /// A systemd unit or plain process on this machine.
    LocalProcess,
}

/// What a process does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessState {
    /// Runs.
    Running,
    /// Is frozen (docker pause, SIGSTOP).
    Paused,
    /// Waits to be started again after a failure.
    Restarting,
    /// Ended and stays so.
    Exited,
    /// Was made and never started.
    Created,
    /// Anything else.
    Unknown,
}

/// The end of a log, as text lines with the runtime's wrappers taken off.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogTail {
    /// Where it was read from, such as "docker logs etcd on ssh://…".
    pub source: String,
    /// The lines, oldest first. Not part of the JSON output unless asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lines: Vec<String>,
}
