// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::api::{Api, ApiServer};
use crate::error::{LabError, Result};
use crate::etcd::{CertificateFor, Golden, Pki, image_tar, import, seed};
use crate::kubeadm::{self, ControlPlane};
use crate::lab_type::{Lab, State};
use crate::node::{Kind, Network, Node, SshKeys, boot, prepare, storage_driver};
use crate::setup::{self, EtcdBinaries, KubernetesBinary, cache_root, ensure_tools, kubernetes};
use crate::spec::LabSpec;
use crate::teardown;
use crate::wait::at_once;

/// How long members may take to answer after a start.
const HEALTHY: Duration = Duration::from_secs(60);

impl Lab {
    /// Brings a lab up: everything it needs is fetched first, half a lab is taken down again.
    ///
    /// # Errors
    /// When the machine lacks something (by name), the name is taken, or a step fails.
    pub fn up(spec: LabSpec) -> Result<Self> {
        spec.check()?;
        ensure_tools()?;
        let binaries = EtcdBinaries::of(&spec.etcd.release)?;
        if spec.api {
            setup::kubectl()?;
        }
        for program in programs(&spec) {
            kubernetes(*program)?;
        }
        let folder = spec.folder();
        claim(&folder, &spec)?;
        let name = spec.name.clone();
        Self::bring_up(spec, binaries).inspect_err(|_| {
            // The cause is worth more than a failing clean-up's.
            if std::env::var_os("LAB_KEEP_FAILED").is_none() {
                let _ = teardown::down(&folder, &name);
            }
        })
    }

    fn bring_up(spec: LabSpec, binaries: EtcdBinaries) -> Result<Self> {
        let start = Instant::now();
        let stage = |what: &str| {
            setup::say(&format!("{:5.1} s  {what}", start.elapsed().as_secs_f64()));
        };
        let folder = spec.folder();
        let network = Network::make(
            &spec.name,
            spec.network,
            &cache_root().join("locks/network"),
        )?;
        let bridge = folder.join("bridge");
        fs::write(&bridge, network.bridge()).map_err(LabError::file("write", &bridge))?;
        let nodes: Vec<Node> = (0..spec.nodes).map(|i| node(&network, &spec, i)).collect();
        let keys = SshKeys::make(&folder)?;
        keys.write_client_files(&folder, &nodes)?;
        if spec.kind == Kind::Kubeadm {
            let engine = kubeadm::bring_up(&spec, &binaries, &network, &nodes, &keys, &stage)?;
            let state = State {
                engine_version: engine,
                etcd_version: binaries.version.clone(),
                image: kubeadm::ETCD_IMAGE.to_owned(),
                network,
                nodes,
                spec,
            };
            save(&state)?;
            kubeadm::take_golden(&state.nodes, &folder)?;
            stage("done");
            return Self::of(state);
        }
        let image = spec.etcd.image.reference(&binaries.version);
        let pki = Pki::make(&folder.join("pki"), "kube-ca")?;
        pki.issue(
            "client",
            &CertificateFor::client("kube-node", Some("system:nodes")),
        )?;
        let driver = storage_driver(&folder);
        let tar = image_tar(&binaries, spec.etcd.image)?;
        let engines = at_once(&nodes, |node| {
            prepare(node, &nodes, &spec.engine, driver, &keys)?;
            network.connect(node.index)?;
            boot(node)?;
            certify(&pki, node, &nodes)?;
            let engine = node.wait_engine()?;
            import(node, &tar, &image)?;
            Ok(engine)
        })?;
        stage("nodes and their Docker engines are up");
        let state = State {
            engine_version: engines.into_iter().next().unwrap_or_default(),
            etcd_version: binaries.version.clone(),
            network,
            nodes,
            image,
            spec,
        };
        save(&state)?;

        let api = state
            .spec
            .api
            .then(|| api(&state.spec, &state.network, &state.nodes))
            .transpose()?;
        let lab = Self {
            state,
            binaries,
            api,
        };
        if !lab.members().is_empty() {
            lab.fill(&stage)?;
        }
        stage("done");
        Ok(lab)
    }

    /// Starts etcd and the API server, puts data in and keeps the state to go back to.
    fn fill(&self, stage: &dyn Fn(&str)) -> Result<()> {
        let members = self.members();
        at_once(members, |node| self.container_for(node).run(node))?;
        self.wait_healthy(HEALTHY)?;
        stage("etcd is healthy");
        let pki = self.pki();
        if let Some(Api::Process(api)) = &self.api {
            api.prepare(&pki)?;
            api.start(&pki, members)?;
        }
        seed(&self.ctl(), self.node(0), self.state.spec.etcd.keys)?;
        if let Some(Api::Process(api)) = &self.api {
            api.wait_ready()?;
            api.create_nodes(self.nodes())?;
        }
        stage("data is in it");
        let golden = Golden::of(&self.folder());
        at_once(members, |node| {
            node.stop_etcd()?;
            golden.take(node)
        })?;
        at_once(members, Node::start_etcd)?;
        self.wait_healthy(HEALTHY)?;
        match &self.api {
            Some(Api::Process(api)) => api.wait_ready(),
            _ => Ok(()),
        }
    }
}

fn node(network: &Network, spec: &LabSpec, index: usize) -> Node {
    Node {
        name: format!("n{}", index + 1),
        index,
        address: network.node(index),
        namespace: network.namespace(index),
        cable: network.cable(index),
        lab: spec.folder(),
        kind: spec.kind,
    }
}

/// The Kubernetes programs that a lab runs.
fn programs(spec: &LabSpec) -> &'static [KubernetesBinary] {
    match spec.kind {
        Kind::Kubeadm => KubernetesBinary::ALL,
        Kind::Rke1 if spec.api => &[KubernetesBinary::ApiServer],
        Kind::Rke1 => &[],
    }
}

/// The API server of a lab; finds its programs.
pub(crate) fn api(spec: &LabSpec, network: &Network, nodes: &[Node]) -> Result<Api> {
    if spec.kind == Kind::Kubeadm {
        return ControlPlane::of(spec.folder(), nodes.to_vec(), network.host()).map(Api::Pods);
    }
    Ok(Api::Process(ApiServer {
        lab: spec.folder(),
        address: network.host(),
        program: kubernetes(KubernetesBinary::ApiServer)?,
        kubectl: setup::kubectl()?,
    }))
}

/// Makes the lab's folder; two processes never take the same.
fn claim(folder: &Path, spec: &LabSpec) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::create_dir_all(&spec.root).map_err(LabError::file("create", &spec.root))?;
    match fs::DirBuilder::new().mode(0o711).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(LabError::value(format!(
                "a lab named \"{}\" is there already (take it down with `cargo xtask lab down \
                 --name {}`)",
                spec.name, spec.name
            )));
        }
        Err(source) => {
            return Err(LabError::File {
                action: "create",
                path: folder.to_owned(),
                source,
            });
        }
    }
    // Lets the teardown know the folder for a lab's before there is a state.
    let mark = folder.join("unfinished");
    fs::write(&mark, &spec.name).map_err(LabError::file("write", &mark))
}

fn save(state: &State) -> Result<()> {
    let path = state.spec.folder().join("lab.json");
    let text = serde_json::to_string_pretty(state)
        .map_err(|error| LabError::value(format!("the lab's state: {error}")))?;
    fs::write(&path, text).map_err(LabError::file("write", &path))
}

/// Gives a node its certificates where RKE puts them, with RKE's names in them.
fn certify(pki: &Pki, node: &Node, all: &[Node]) -> Result<()> {
    let mut names: Vec<String> = all.iter().map(|node| node.name.clone()).collect();
    names.push("localhost".to_owned());
    let mut addresses: Vec<_> = all.iter().map(|node| node.address).collect();
    addresses.push(std::net::Ipv4Addr::LOCALHOST);
    let name = format!("kube-etcd-{}", node.name);
    pki.issue(
        &name,
        &CertificateFor::server("kube-etcd", names, addresses),
    )?;
    pki.install(
        &name,
        &node.host_path(&node.certificate("")),
        &node.host_path(&node.certificate("-key")),
    )?;
    let ca = node.host_path("/etc/kubernetes/ssl/kube-ca.pem");
    fs::copy(pki.certificate("ca"), &ca).map_err(LabError::file("copy", &ca))?;
    pki.install(
        "client",
        &node.host_path("/etc/kubernetes/ssl/kube-node.pem"),
        &node.host_path("/etc/kubernetes/ssl/kube-node-key.pem"),
    )
}
