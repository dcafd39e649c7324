// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::control_plane::ControlPlane;
use super::{documents, etcd_growth, images, kubelet};
use crate::error::{LabError, Result};
use crate::etcd::{CertificateFor, EtcdCtl, Golden, Pki, seed};
use crate::node::{Network, Node, SshKeys, boot, prepare, storage_driver};
use crate::run::Run;
use crate::setup::{EtcdBinaries, KubernetesBinary, kubernetes};
use crate::spec::LabSpec;
use crate::wait::at_once;

/// The phases of `kubeadm init` that wait for an API server or need one.
const LATER: &str = "preflight,wait-control-plane,upload-config,upload-certs,mark-control-plane,\
                     bootstrap-token,kubelet-finalize,addon";
/// What all control-plane nodes have in common; the etcd CA is the lab's own.
const COMMON: &[&str] = &[
    "ca.crt",
    "ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "sa.key",
    "sa.pub",
];
const PKI: &str = "/etc/kubernetes/pki";

/// Makes the cluster on nodes that are not there yet; returns the engines' version.
pub(crate) fn bring_up(
    spec: &LabSpec,
    binaries: &EtcdBinaries,
    network: &Network,
    nodes: &[Node],
    keys: &SshKeys,
    stage: &(dyn Fn(&str) + Sync),
) -> Result<String> {
    let folder = spec.folder();
    let pki = Pki::make(&folder.join("pki"), "etcd-ca")?;
    pki.issue(
        "client",
        &CertificateFor::client("kubectl-etcd-lab", Some("system:masters")),
    )?;
    kubelet::give_weight(&folder)?;
    let driver = storage_driver(&folder);
    let images = images::all(binaries)?;
    stage("images are packed");
    at_once(nodes, |node| {
        prepare(node, nodes, &spec.engine, driver, keys)?;
        kubelet::install(node)?;
        network.connect(node.index)?;
        boot(node)
    })?;
    stage("nodes are up");
    let engine = std::thread::scope(|scope| {
        let engines = scope.spawn(|| {
            let versions = at_once(nodes, |node| {
                let version = node.wait_engine()?;
                images::import_all(node, &images, spec.etcd.image)?;
                Ok(version)
            });
            stage("their engines have the images");
            versions
        });
        write_files(&pki, nodes, network)?;
        stage("kubeadm has written certificates and manifests");
        let ctl = EtcdCtl {
            program: binaries.etcdctl.clone(),
            pki: pki.clone(),
        };
        etcd_growth::grow(&ctl, nodes, &binaries.etcd, || {
            seed(&ctl, &nodes[0], spec.etcd.keys)
        })?;
        stage("etcd has grown to all members");
        let versions = engines
            .join()
            .unwrap_or_else(|_| Err(LabError::value("a thread of the lab panicked")))?;
        Ok::<_, LabError>(versions.into_iter().next().unwrap_or_default())
    })?;
    let kubeconfig = folder.join("kubeconfig");
    let admin = nodes[0].host_path("/etc/kubernetes/admin.conf");
    fs::copy(&admin, &kubeconfig).map_err(LabError::file("copy", &admin))?;
    let plane = ControlPlane::of(folder, nodes.to_vec(), network.host())?;
    plane.balancer.start(nodes)?;
    at_once(nodes, kubelet::enable)?;
    plane.wait_ready()?;
    stage("an API server answers");
    plane.wait_every_server()?;
    stage("every API server answers");
    finish(nodes, network)?;
    stage("kubeadm has registered the control planes");
    plane.wait_nodes()?;
    stage("nodes are ready");
    // A kubelet whose pods began without an API server makes their mirror pods a minute later,
    // a fresh one at once. Not sooner: it rejects for ever an etcd pod that it meets while its
    // Node has no ephemeral-storage yet.
    at_once(nodes, |node| node.kill_service(kubelet::SERVICE, "TERM"))?;
    plane.wait_mirror_pods()?;
    stage("mirror pods are there");
    Ok(engine)
}

/// Takes the state to go back to: every etcd halted at once, so that the copies are of one moment
/// as after a failure of the power.
pub(crate) fn take_golden(nodes: &[Node], folder: &Path) -> Result<()> {
    at_once(nodes, Node::pause_etcd)?;
    let golden = Golden::of(folder);
    let taken = at_once(nodes, |node| golden.take(node));
    at_once(nodes, Node::unpause_etcd)?;
    taken.map(|_| ())
}

/// Runs kubeadm on a node, with a document on its stdin's place.
fn kubeadm(node: &Node, document: &str, words: &[&str]) -> Result<String> {
    let path = "/run/lab/kubeadm.yaml";
    let file = node.host_path(path);
    fs::write(&file, document).map_err(LabError::file("write", &file))?;
    node.run([kubernetes(KubernetesBinary::Kubeadm)?])?
        .args(words)
        .args(["--config", path])
        .within(Duration::from_secs(120))
        .ok()
}

/// Certificates, kubeconfigs, kubelet configuration and manifests of every node.
fn write_files(pki: &Pki, nodes: &[Node], network: &Network) -> Result<()> {
    let first = &nodes[0];
    for node in nodes {
        let folder = node.host_path(&format!("{PKI}/etcd"));
        fs::create_dir_all(&folder).map_err(LabError::file("create", &folder))?;
        pki.install("ca", &folder.join("ca.crt"), &folder.join("ca.key"))?;
    }
    let document = documents::init(first, network.host(), &nodes[..1]);
    for authority in ["ca", "front-proxy-ca", "sa"] {
        // The phase of the service accounts' key takes no configuration.
        if authority == "sa" {
            first
                .run([kubernetes(KubernetesBinary::Kubeadm)?])?
                .args(["init", "phase", "certs", "sa"])
                .ok()?;
        } else {
            kubeadm(first, &document, &["init", "phase", "certs", authority])?;
        }
    }
    for node in &nodes[1..] {
        for name in COMMON {
            let from = first.host_path(&format!("{PKI}/{name}"));
            let to = node.host_path(&format!("{PKI}/{name}"));
            Run::new("cp").arg("-a").arg(&from).arg(&to).ok()?;
        }
    }
    at_once(nodes, |node| {
        let document = documents::init(node, network.host(), &nodes[..=node.index]);
        kubeadm(node, &document, &["init", "--skip-phases", LATER])
    })
    .map(|_| ())
}

/// What kubeadm does with an API server: its configuration goes up, nodes get labels and taints.
fn finish(nodes: &[Node], network: &Network) -> Result<()> {
    let first = &nodes[0];
    let endpoint = network.host();
    let document = documents::init(first, endpoint, &nodes[..1]);
    for phase in [
        &["upload-config", "all"][..],
        &["mark-control-plane"][..],
        &["bootstrap-token"][..],
    ] {
        let words: Vec<&str> = ["init", "phase"].iter().chain(phase).copied().collect();
        kubeadm(first, &document, &words)?;
    }
    at_once(&nodes[1..], |node| {
        let document = documents::join(node);
        for phase in ["update-status", "mark-control-plane"] {
            kubeadm(
                node,
                &document,
                &["join", "phase", "control-plane-join", phase],
            )?;
        }
        Ok(())
    })
    .map(|_| ())
}
