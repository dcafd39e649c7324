// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::Pki;
use crate::error::{LabError, Result};
use crate::node::Node;
use crate::run::Run;
use crate::wait;

/// The lab's own way to etcd: the etcdctl of the same release with the lab's client certificate.
#[derive(Debug, Clone)]
pub(crate) struct EtcdCtl {
    pub(crate) program: PathBuf,
    pub(crate) pki: Pki,
}

/// A member as `member list` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: u64,
    /// Its name; empty before its first start.
    #[serde(default)]
    pub name: String,
    /// Its peer URLs.
    #[serde(rename = "peerURLs", default)]
    pub peer_urls: Vec<String>,
    /// Whether it has no vote.
    #[serde(rename = "isLearner", default, deserialize_with = "or_false")]
    pub is_learner: bool,
}

fn or_false<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<bool, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Deserialize)]
struct MemberList {
    members: Vec<Member>,
}

impl Member {
    /// Its id as etcdctl takes it.
    pub fn hex(&self) -> String {
        format!("{:x}", self.id)
    }
}

impl EtcdCtl {
    /// A command against these nodes.
    pub(crate) fn on<'a>(&self, nodes: impl IntoIterator<Item = &'a Node>) -> Run {
        let urls: Vec<String> = nodes.into_iter().map(Node::client_url).collect();
        Run::new(&self.program)
            // etcdctl refuses a flag that a variable says, too.
            .without_env("ETCDCTL_")
            .env("ETCDCTL_API", "3")
            .arg("--endpoints")
            .arg(urls.join(","))
            .arg("--cacert")
            .arg(self.pki.certificate("ca"))
            .arg("--cert")
            .arg(self.pki.certificate("client"))
            .arg("--key")
            .arg(self.pki.key("client"))
    }

    /// Waits until each of these members answers a linearizable read.
    pub(crate) fn wait_healthy(&self, nodes: &[Node], within: Duration) -> Result<()> {
        wait::until("a healthy answer of every etcd member", within, || {
            let done = self
                .on(nodes)
                .args([
                    "--command-timeout=2s",
                    "--dial-timeout=1s",
                    "endpoint",
                    "health",
                ])
                .done()
                .map_err(|error| error.to_string())?;
            if done.success {
                Ok(())
            } else {
                Err(format!("{}{}", done.stdout, done.stderr))
            }
        })
    }

    /// The members as one node tells them.
    pub(crate) fn members(&self, node: &Node) -> Result<Vec<Member>> {
        let text = self
            .on([node])
            .args(["-w", "json", "member", "list"])
            .ok()?;
        let list: MemberList = serde_json::from_str(&text)
            .map_err(|error| LabError::value(format!("etcdctl member list: {error}")))?;
        Ok(list.members)
    }
}
