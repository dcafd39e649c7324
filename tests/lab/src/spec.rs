// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{LabError, Result};
use crate::etcd::EtcdSpec;
use crate::node::{Engine, Kind};

/// What a lab is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabSpec {
    /// Its name: letters, digits and dashes. Two labs of different names live side by side.
    pub name: String,
    /// The folder under which it gets a folder of that name.
    pub root: PathBuf,
    /// The third byte of its address range 10.78.N.0/24; the first free one otherwise.
    pub network: Option<u8>,
    /// How many nodes; the first `etcd.members` of them run etcd.
    pub nodes: usize,
    /// The etcd cluster.
    pub etcd: EtcdSpec,
    /// Whether a kube-apiserver stands on it.
    pub api: bool,
    /// The nodes' Docker engine.
    pub engine: Engine,
    /// How etcd runs on the nodes.
    #[serde(default)]
    pub kind: Kind,
}

impl LabSpec {
    /// Three nodes, etcd 3.4.23, with an API server.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            root: Self::default_root(),
            network: None,
            nodes: 3,
            etcd: EtcdSpec::default(),
            api: true,
            engine: Engine::System,
            kind: Kind::Rke1,
        }
    }

    /// Three control-plane nodes as kubeadm makes them: kubelets, static pods, etcd 3.4.23 stacked.
    pub fn kubeadm(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::Kubeadm,
            ..Self::named(name)
        }
    }

    /// Where labs live unless told otherwise.
    pub fn default_root() -> PathBuf {
        PathBuf::from("/var/lib/kubectl-etcd-lab")
    }

    /// The same with so many members, each on a node of its own.
    #[must_use]
    pub fn members(mut self, members: usize) -> Self {
        self.etcd.members = members;
        self.nodes = self.nodes.max(members);
        self
    }

    /// The same with another etcd release (`3.5.16`, …).
    ///
    /// # Errors
    /// When the lab has no such release.
    pub fn etcd(mut self, release: &str) -> Result<Self> {
        self.etcd.release = release.parse()?;
        Ok(self)
    }

    /// Nodes with a Docker engine each, no etcd.
    pub fn engines_only(name: impl Into<String>, nodes: usize) -> Self {
        let mut spec = Self::named(name).without_api();
        spec.nodes = nodes;
        spec.etcd.members = 0;
        spec
    }

    /// The same with the Docker engine of a Debian suite (`bookworm`, `trixie`, `sid`).
    #[must_use]
    pub fn engine_of(mut self, suite: &str) -> Self {
        self.engine = Engine::Suite(suite.to_owned());
        self
    }

    /// The same without an API server.
    #[must_use]
    pub fn without_api(mut self) -> Self {
        self.api = false;
        self
    }

    /// The lab's own folder.
    pub fn folder(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let good = !self.name.is_empty()
            && self.name.len() <= 40
            && self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !self.name.starts_with('-');
        if !good {
            return Err(LabError::value(format!(
                "\"{}\" cannot be a lab's name (up to 40 letters, digits and dashes)",
                self.name
            )));
        }
        if !(1..=9).contains(&self.nodes) || self.etcd.members > self.nodes {
            return Err(LabError::value(format!(
                "{} members on {} nodes cannot be (1 to 9 nodes, no more members than nodes)",
                self.etcd.members, self.nodes
            )));
        }
        if self.api && self.etcd.members == 0 {
            return Err(LabError::value(
                "an API server needs at least one etcd member",
            ));
        }
        if self.kind == Kind::Kubeadm && (self.etcd.members != self.nodes || !self.api) {
            return Err(LabError::value(
                "every node of a kubeadm lab has an etcd member and an API server",
            ));
        }
        // The engine's socket lies in it, and a socket's path has 107 bytes at most (unix(7)).
        if self.folder().as_os_str().len() > 70 {
            return Err(LabError::value(format!(
                "the folder \"{}\" is too long for sockets in it",
                self.folder().display()
            )));
        }
        Ok(())
    }
}
