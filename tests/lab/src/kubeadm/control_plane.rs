// SPDX-License-Identifier: Apache-2.0

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use super::StaticPod;
use super::balancer::Balancer;
use crate::error::Result;
use crate::node::Node;
use crate::run::Run;
use crate::setup;
use crate::wait::{self, at_once};

const WITHIN: Duration = Duration::from_secs(180);

/// The API servers of the nodes and the balancer before them.
#[derive(Debug, Clone)]
pub(crate) struct ControlPlane {
    pub(super) lab: PathBuf,
    pub(super) nodes: Vec<Node>,
    pub(super) balancer: Balancer,
    kubectl: PathBuf,
}

impl ControlPlane {
    pub(crate) fn of(lab: PathBuf, nodes: Vec<Node>, address: Ipv4Addr) -> Result<Self> {
        Ok(Self {
            balancer: Balancer {
                lab: lab.clone(),
                address,
            },
            lab,
            nodes,
            kubectl: setup::kubectl()?,
        })
    }

    /// kubectl as an administrator, through the balancer.
    pub(crate) fn kubectl(&self) -> Run {
        Run::new(&self.kubectl)
            .arg("--kubeconfig")
            .arg(self.lab.join("kubeconfig"))
            .arg("--cache-dir")
            .arg(self.lab.join("kubectl-cache"))
    }

    /// Ends every API server and keeps it from starting again.
    pub(crate) fn stop(&self) -> Result<()> {
        at_once(&self.nodes, |node| {
            StaticPod::of(node, "kube-apiserver").stop()
        })
        .map(|_| ())
    }

    /// Starts what was stopped of it.
    pub(crate) fn start(&self) -> Result<()> {
        self.balancer.start(&self.nodes)?;
        at_once(&self.nodes, |node| {
            StaticPod::of(node, "kube-apiserver").start()
        })
        .map(|_| ())
    }

    /// Waits until an API server answers through the balancer and every node is known as ready.
    pub(crate) fn wait_ready(&self) -> Result<()> {
        wait::until(
            "an answer of an API server through the balancer",
            WITHIN,
            || {
                let done = self
                    .kubectl()
                    .args(["--request-timeout=3s", "get", "--raw", "/readyz"])
                    .done()
                    .map_err(|error| error.to_string())?;
                if done.success {
                    Ok(())
                } else {
                    Err(format!(
                        "{} {}",
                        done.stderr.trim(),
                        Balancer::log(&self.lab)
                    ))
                }
            },
        )
    }

    /// Waits until every API server says that it is ready.
    pub(crate) fn wait_every_server(&self) -> Result<()> {
        at_once(&self.nodes, |node| {
            wait::until(
                &format!("readiness of the API server on {}", node.name),
                WITHIN,
                || {
                    let done = self
                        .kubectl()
                        .arg("--server")
                        .arg(format!(
                            "https://{}:{}",
                            node.address,
                            super::balancer::PORT
                        ))
                        .args(["--request-timeout=3s", "get", "--raw", "/readyz"])
                        .done()
                        .map_err(|error| error.to_string())?;
                    if done.success {
                        Ok(())
                    } else {
                        Err(done.stderr.trim().to_owned())
                    }
                },
            )
        })
        .map(|_| ())
    }

    /// Waits until every node is known, has its capacities and is ready.
    pub(super) fn wait_nodes(&self) -> Result<()> {
        const PATH: &str = "{range .items[*]}{.metadata.name} {.status.conditions[?(@.type==\"Ready\")].status} \
                            {.status.capacity.ephemeral-storage}{\"\\n\"}{end}";
        wait::until("nodes that are ready", WITHIN, || {
            let nodes = self.listed("nodes", PATH)?;
            let is_ready = |node: &Node| {
                let ready = format!("{} True ", node.name);
                nodes.iter().any(|line| {
                    line.strip_prefix(&ready)
                        .is_some_and(|rest| !rest.is_empty())
                })
            };
            if self.nodes.iter().all(is_ready) {
                Ok(())
            } else {
                Err(format!("{nodes:?}"))
            }
        })
    }

    /// Waits until every node has its mirror pods of etcd and the API server, running.
    pub(super) fn wait_mirror_pods(&self) -> Result<()> {
        const PATH: &str = "{range .items[*]}{.metadata.name} {.status.phase}{\"\\n\"}{end}";
        wait::until("mirror pods that run", WITHIN, || {
            let pods = self.listed("pods", PATH)?;
            for node in &self.nodes {
                for component in ["etcd", "kube-apiserver"] {
                    let wanted = format!("{component}-{} Running", node.name);
                    if !pods.contains(&wanted) {
                        return Err(format!("no \"{wanted}\": {pods:?}"));
                    }
                }
            }
            Ok(())
        })
    }

    fn listed(&self, kind: &str, path: &str) -> std::result::Result<Vec<String>, String> {
        let text = self
            .kubectl()
            .args(["--request-timeout=5s", "-n", "kube-system", "get", kind])
            .arg(format!("-o=jsonpath={path}"))
            .ok()
            .map_err(|error| error.to_string())?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}
