// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::Api;
use crate::error::{LabError, Result};
use crate::etcd::{
    ContainerState, EtcdContainer, EtcdCtl, Golden, Image, Member, Pki, initial_cluster,
};
use crate::fault::{self, Fault};
use crate::kubeadm;
use crate::node::{Kind, Network, Node, SshAccess};
use crate::run::{Done, Run};
use crate::setup::EtcdBinaries;
use crate::spec::LabSpec;
use crate::wait::at_once;
use crate::{process, teardown};

/// What a lab remembers between invocations: `lab.json` in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) spec: LabSpec,
    pub(crate) network: Network,
    pub(crate) nodes: Vec<Node>,
    pub(crate) etcd_version: String,
    pub(crate) engine_version: String,
    pub(crate) image: String,
}

/// A lab that is up.
#[derive(Debug)]
pub struct Lab {
    pub(crate) state: State,
    pub(crate) binaries: EtcdBinaries,
    pub(crate) api: Option<Api>,
}

impl Lab {
    /// The lab of that name and root which an earlier process brought up.
    ///
    /// # Errors
    /// When there is none, or its state cannot be read.
    pub fn open(root: &Path, name: &str) -> Result<Self> {
        let path = root.join(name).join("lab.json");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(LabError::NoLab {
                    name: name.to_owned(),
                    state: path,
                });
            }
            Err(source) => {
                return Err(LabError::File {
                    action: "read",
                    path,
                    source,
                });
            }
        };
        let state: State = serde_json::from_str(&text)
            .map_err(|error| LabError::value(format!("\"{}\": {error}", path.display())))?;
        Self::of(state)
    }

    pub(crate) fn of(state: State) -> Result<Self> {
        let binaries = EtcdBinaries::of(&state.spec.etcd.release)?;
        let api = state
            .spec
            .api
            .then(|| crate::up::api(&state.spec, &state.network, &state.nodes))
            .transpose()?;
        Ok(Self {
            state,
            binaries,
            api,
        })
    }

    /// Takes the lab of that root and name down, complete, half-made or dead.
    ///
    /// # Errors
    /// When something of it could not be removed.
    pub fn down_by_name(root: &Path, name: &str) -> Result<()> {
        teardown::down(&root.join(name), name)
    }

    /// Takes this lab down.
    ///
    /// # Errors
    /// When something of it could not be removed.
    pub fn down(self) -> Result<()> {
        teardown::down(&self.folder(), &self.state.spec.name)
    }

    /// What it was asked to be.
    pub fn spec(&self) -> &LabSpec {
        &self.state.spec
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.state.spec.folder()
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.state.nodes
    }

    /// Node `index`, from 0.
    ///
    /// # Panics
    /// When there is no such node: the test is wrong then.
    pub fn node(&self, index: usize) -> &Node {
        &self.state.nodes[index]
    }

    /// The nodes that run etcd.
    pub fn members(&self) -> &[Node] {
        let count = self.state.spec.etcd.members.min(self.state.nodes.len());
        &self.state.nodes[..count]
    }

    /// The address range and names of its network.
    pub fn network(&self) -> &Network {
        &self.state.network
    }

    /// The version that its etcd says it is.
    pub fn etcd_version(&self) -> &str {
        &self.state.etcd_version
    }

    /// The version that its Docker engines say they are.
    pub fn engine_version(&self) -> &str {
        &self.state.engine_version
    }

    /// The programs of its etcd release on this machine.
    pub fn binaries(&self) -> &EtcdBinaries {
        &self.binaries
    }

    /// The name of its etcd image.
    pub fn image(&self) -> &str {
        &self.state.image
    }

    pub(crate) fn pki(&self) -> Pki {
        Pki::at(&self.folder().join("pki"))
    }

    /// The CA's certificate file.
    pub fn ca(&self) -> PathBuf {
        self.pki().certificate("ca")
    }

    /// A client certificate that etcd accepts.
    pub fn client_cert(&self) -> PathBuf {
        self.pki().certificate("client")
    }

    /// Its key.
    pub fn client_key(&self) -> PathBuf {
        self.pki().key("client")
    }

    /// The kubeconfig of the API server, with an administrator's certificate.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder().join("kubeconfig")
    }

    /// The client URLs of all members, joined by commas.
    pub fn endpoints(&self) -> String {
        self.members()
            .iter()
            .map(Node::client_url)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// How to log in to the nodes.
    pub fn ssh(&self) -> SshAccess {
        SshAccess {
            config: self.folder().join("ssh_config"),
            wrapper_folder: self.folder().join("bin"),
        }
    }

    pub(crate) fn ctl(&self) -> EtcdCtl {
        EtcdCtl {
            program: self.binaries.etcdctl.clone(),
            pki: self.pki(),
        }
    }

    /// The etcdctl of the lab's release, with these nodes as endpoints and the lab's certificate.
    pub fn etcdctl_on<'a>(&self, nodes: impl IntoIterator<Item = &'a Node>) -> Run {
        self.ctl().on(nodes)
    }

    /// Runs etcdctl against all members.
    ///
    /// # Errors
    /// When it cannot be run at all; its own failure is in the result.
    pub fn etcdctl(&self, args: &[&str]) -> Result<Done> {
        self.ctl().on(self.members()).args(args).done()
    }

    /// The member list as a node tells it.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn member_list(&self, node: usize) -> Result<Vec<Member>> {
        self.ctl().members(self.node(node))
    }

    /// The lab's kubectl with the lab's kubeconfig.
    ///
    /// # Errors
    /// When the lab has no API server.
    pub fn kubectl(&self) -> Result<Run> {
        Ok(self.api()?.kubectl())
    }

    fn api(&self) -> Result<&Api> {
        self.api
            .as_ref()
            .ok_or_else(|| LabError::value("this lab has no API server"))
    }

    /// Ends the API server (kubeadm: every one of them).
    ///
    /// # Errors
    /// When the lab has none.
    pub fn stop_api(&self) -> Result<()> {
        self.api()?.stop()
    }

    /// Starts the API server (kubeadm: every one of them) and waits until it is ready.
    ///
    /// # Errors
    /// When the lab has none, or it does not become ready.
    pub fn start_api(&self) -> Result<()> {
        match self.api()? {
            Api::Process(server) => {
                if !server.is_running() {
                    server.start(&self.pki(), self.members())?;
                }
                server.wait_ready()
            }
            Api::Pods(plane) => {
                plane.start()?;
                plane.wait_ready()
            }
        }
    }

    /// The state of the etcd container of a node.
    ///
    /// # Errors
    /// When there is none, or the engine does not answer.
    pub fn container_state(&self, node: usize) -> Result<ContainerState> {
        self.node(node).container("etcd")
    }

    /// Gives the etcd of a kubeadm lab another image, with or without a shell, and starts it anew.
    /// Healing gives it back.
    ///
    /// # Errors
    /// When the member does not come back.
    pub fn use_etcd_image(&self, node: usize, image: Image) -> Result<()> {
        let node = self.node(node);
        kubeadm::use_etcd(node, image)?;
        node.restart_etcd()?;
        self.wait_healthy(Duration::from_secs(60))
    }

    /// A kubeconfig that names one node's API server of a kubeadm lab instead of the balancer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn kubeconfig_of(&self, node: usize) -> Result<PathBuf> {
        let node = self.node(node);
        let text = fs::read_to_string(self.kubeconfig())
            .map_err(LabError::file("read", &self.kubeconfig()))?;
        let balancer = self.state.network.host().to_string();
        let text = text.replace(
            &format!("https://{balancer}:"),
            &format!("https://{}:", node.address),
        );
        let path = self.folder().join(format!("kubeconfig-{}", node.name));
        fs::write(&path, text).map_err(LabError::file("write", &path))?;
        Ok(path)
    }

    /// The etcd container that belongs on a node.
    pub(crate) fn container_for(&self, node: &Node) -> EtcdContainer {
        let container = EtcdContainer::of(
            &self.state.spec.etcd,
            node,
            self.members(),
            &self.state.image,
        );
        match node.kind {
            Kind::Rke1 => container,
            // A manifest of kubeadm's has the list of the day on which its node joined.
            Kind::Kubeadm => container.flag("initial-cluster", &initial_cluster(self.members())),
        }
    }

    /// Breaks a node and waits until the world shows it.
    ///
    /// # Errors
    /// When the fault cannot be applied, or does not show in time.
    pub fn break_(&self, fault: &Fault, node: usize) -> Result<()> {
        fault.apply(self, self.node(node))?;
        fault.wait_settled(self, self.node(node))
    }

    /// Waits until every member answers a linearizable read.
    ///
    /// # Errors
    /// When they do not in time.
    pub fn wait_healthy(&self, within: Duration) -> Result<()> {
        self.ctl().wait_healthy(self.members(), within)
    }

    /// Undoes every fault: back to the state in which the lab came up, same data, same containers.
    ///
    /// # Errors
    /// When the members do not all get healthy again.
    pub fn heal(&self) -> Result<()> {
        if let Some(Api::Pods(plane)) = &self.api {
            return kubeadm::heal(self, plane, |node| self.reset(node));
        }
        at_once(self.nodes(), |node| self.reset(node))?;
        if self.members().is_empty() {
            return Ok(());
        }
        let golden = Golden::of(&self.folder());
        at_once(self.members(), |node| {
            golden.restore(node)?;
            self.container_for(node).run(node)
        })?;
        self.wait_healthy(Duration::from_secs(60))?;
        // The API server stays: it finds the members again by itself, sooner than it starts anew.
        if self.api.is_some() {
            self.start_api()?;
        }
        Ok(())
    }

    /// Takes every effect of faults and tests off a node, its containers among them.
    fn reset(&self, node: &Node) -> Result<()> {
        for label in process::labels(&node.lab, &fault::label(node, "")) {
            process::end(&node.lab, &label);
        }
        crate::node::ip(&["link", "set", &node.cable, "up"])?;
        node.in_network(["iptables", "-w", "-F"]).ok()?;
        for label in ["engine", "sshd"] {
            node.start_service(label)?;
        }
        node.wait_engine()?;
        let all = node.docker(["ps", "--all", "--quiet", "--no-trunc"]).ok()?;
        let paused = node
            .docker(["ps", "--quiet", "--no-trunc", "--filter", "status=paused"])
            .ok()?;
        for id in paused.split_whitespace() {
            node.docker(["unpause", id]).try_it();
        }
        if !all.trim().is_empty() {
            node.docker(["rm", "--force", "--volumes"])
                .args(all.split_whitespace())
                .ok()?;
        }
        fault::take_away(node)
    }
}
