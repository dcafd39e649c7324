// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use crate::setup::EtcdRelease;

/// What the etcd cluster is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtcdSpec {
    /// Which etcd.
    pub release: EtcdRelease,
    /// How many members (on the first nodes).
    pub members: usize,
    /// What the image holds beside etcd.
    pub image: Image,
    /// Flags on every member beside RKE's; one of RKE's names replaces RKE's value.
    pub flags: Vec<(String, String)>,
    /// Environment on every member beside RKE's.
    pub env: Vec<(String, String)>,
    /// How many keys are in it from the start.
    pub keys: usize,
}

impl Default for EtcdSpec {
    fn default() -> Self {
        Self {
            release: EtcdRelease::Bookworm,
            members: 3,
            image: Image::Shell,
            flags: Vec::new(),
            env: Vec::new(),
            keys: 360,
        }
    }
}

/// What an etcd image holds beside etcd and etcdctl. Neither has `ls`, `mv`, `rm` or `tar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Image {
    /// A `sh`.
    Shell,
    /// Nothing.
    Bare,
}

impl Image {
    /// The image's name for a version of etcd, in the manner of RKE's.
    pub fn reference(self, version: &str) -> String {
        let suffix = match self {
            Self::Shell => "",
            Self::Bare => "-bare",
        };
        format!("rancher/coreos-etcd:v{version}-rancher1{suffix}")
    }
}
