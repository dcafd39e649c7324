// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::EtcdPod;
use crate::etcd::Endpoint;

/// etcd as one source found it.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovered {
    /// What it is, for a sentence: "static pods made by kubeadm".
    pub what: String,
    /// How it runs.
    pub runs: Runs,
    /// Its pods.
    pub pods: Vec<EtcdPod>,
    /// Client endpoints to ask first.
    pub endpoints: Vec<Endpoint>,
    /// Things that deserve a word.
    pub notes: Vec<String>,
}

/// How etcd runs, as far as it decides the ways in and what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runs {
    /// Static pods of the control-plane nodes.
    StaticPods,
    /// Pods that a controller made (a StatefulSet, an operator).
    Pods,
    /// Services or containers of nodes, which the API does not show.
    Nodes,
    /// Machines that are no nodes of this cluster.
    External,
    /// Nowhere that this API server shows.
    Nowhere,
}

impl Discovered {
    /// One without pods.
    pub(super) fn without_pods(what: impl Into<String>, runs: Runs) -> Self {
        Self {
            what: what.into(),
            runs,
            pods: Vec::new(),
            endpoints: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// One of these pods, each told by its own flags or, without them, by its address.
    pub(super) fn of_pods(
        what: impl Into<String>,
        runs: Runs,
        pods: Vec<EtcdPod>,
        port: u16,
    ) -> Self {
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for pod in &pods {
            let told = pod.endpoints(port);
            for endpoint in told {
                if !endpoints.contains(&endpoint) {
                    endpoints.push(endpoint);
                }
            }
        }
        Self {
            what: what.into(),
            runs,
            pods,
            endpoints,
            notes: Vec::new(),
        }
    }

    /// The same with a word.
    pub(super) fn noted(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
