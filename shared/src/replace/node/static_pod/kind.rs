// SPDX-License-Identifier: Apache-2.0

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use k8s_openapi::api::core::v1::Node;
use kube::Api;

use super::manifest::Manifest;
use super::node::StaticPodNode;
use super::pod_hands::PodHands;
use super::pod_watch::MirrorPod;
use super::{local, names};
use crate::access::kubernetes_selection;
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::kubernetes::KubeTarget;
use crate::kubernetes::helper_pod::patiently;
use crate::model::{NodeObservation, ProcessKind, ProcessObservation};
use crate::replace::node::{NodeAccess, NodeKind, Opening};
use crate::replace::refusals::Refusal;

/// The namespace of kubeadm's static pods.
const NAMESPACE: &str = "kube-system";

/// Members in static pods that kubeadm made, through the Kubernetes API.
pub struct StaticPod;

impl NodeKind for StaticPod {
    fn name(&self) -> &'static str {
        "static pods that kubeadm made (`--kubeconfig`, or `--via local` on the node itself)"
    }

    fn is_for(&self, opening: &Opening<'_>) -> bool {
        if local::is_meant(opening) {
            return true;
        }
        let kubernetes = opening.observation.kubernetes.as_ref();
        let place = kubernetes.and_then(|kubernetes| kubernetes.etcd.as_ref());
        place.is_some_and(|place| place.source == "kubeadm" && place.static_pods)
            && opening.process.is_none_or(is_a_kubelets)
            && node_of(opening).is_some()
    }

    fn open<'a>(
        &'a self,
        opening: &'a Opening<'a>,
    ) -> LocalBoxFuture<'a, Result<Box<dyn NodeAccess>, ShownError>> {
        Box::pin(async move {
            if local::is_meant(opening) {
                return Ok(Box::new(local::open(opening)?) as Box<dyn NodeAccess>);
            }
            let node =
                node_of(opening).ok_or_else(|| ShownError::failed("there is no node to open"))?;
            let target = KubeTarget::load(&kubernetes_selection(opening.settings)).await?;
            let opened = open(opening, node, Arc::new(target)).await?;
            Ok(Box::new(opened) as Box<dyn NodeAccess>)
        })
    }

    /// What runs etcd there is somebody else's to change.
    fn missing(&self, opening: &Opening<'_>) -> Option<Refusal> {
        let process = opening.process?;
        if !is_a_kubelets(process) {
            return None;
        }
        let kubernetes = opening.observation.kubernetes.as_ref();
        let place = kubernetes.and_then(|kubernetes| kubernetes.etcd.as_ref());
        let (source, what) = place.map_or(("", "a pod"), |place| {
            (place.source.as_str(), place.what.as_str())
        });
        let remedy = match source {
            "rke2" => {
                "RKE2 writes its static pods itself: remove the member with `etcdctl member remove`, \
                 then on the node `systemctl stop rke2-server`, move \
                 /var/lib/rancher/rke2/server/db/etcd away and start it again, which joins it anew"
            }
            "openshift" => {
                "OpenShift's etcd operator writes its static pods itself: follow its procedure for \
                 replacing an unhealthy etcd member"
            }
            "kops" => {
                "etcd-manager looks after the members itself: move the volume's data away and \
                 restart etcd-manager on that node"
            }
            "pods" => {
                "an operator or StatefulSet looks after these pods: delete the broken pod together \
                 with its volume claim, as the operator's documentation says"
            }
            _ if kubernetes.is_none() => {
                "a kubelet looks after that container: give the kubeconfig of its cluster \
                 (`--kubeconfig FILE`), or work on the node itself with `--via local`"
            }
            _ => "see the distribution's own procedure for replacing an etcd member",
        };
        Some(Refusal {
            id: "not-ours-to-change".to_owned(),
            ..Refusal::new(
                format!(
                    "the etcd process of \"{}\", {} on {}, is {what}, which this tool does not change",
                    opening.named, process.name, process.seen_on
                ),
                remedy,
            )
        })
    }
}

/// A pod, or a container that a kubelet made of one.
fn is_a_kubelets(process: &ProcessObservation) -> bool {
    match process.kind {
        ProcessKind::Pod => true,
        ProcessKind::DockerContainer => process.name.starts_with("k8s_"),
        ProcessKind::LocalProcess => false,
    }
}

/// The Node object of the target: by what its pod says, by its name, or by its peer address; the
/// pod and the member's entry may both be gone.
fn node_of<'a>(opening: &Opening<'a>) -> Option<&'a NodeObservation> {
    let nodes = &opening.observation.kubernetes.as_ref()?.nodes;
    let by_name = |name: &str| nodes.iter().find(|node| node.name == name);
    let of_process = opening.process.and_then(|process| process.node.as_deref());
    if let Some(node) = of_process.and_then(by_name) {
        return Some(node);
    }
    let hosts: Vec<String> = opening
        .target
        .peer_urls
        .iter()
        .filter_map(|url| Some(Endpoint::parse(url, true).ok()?.host))
        .collect();
    nodes
        .iter()
        .find(|node| node.addresses.iter().any(|address| hosts.contains(address)))
        .or_else(|| by_name(opening.named))
}

async fn open(
    opening: &Opening<'_>,
    node: &NodeObservation,
    target: Arc<KubeTarget>,
) -> Result<StaticPodNode, ShownError> {
    let nodes: Api<Node> = Api::all(target.client.clone());
    let object = patiently(&target, "the node", || nodes.get(&node.name)).await?;
    let status = object.status.unwrap_or_default();
    let ready = status
        .conditions
        .iter()
        .flatten()
        .find(|c| c.type_ == "Ready");
    if ready.is_none_or(|condition| condition.status != "True") {
        let why = ready.and_then(|condition| condition.message.clone());
        return Err(not_ready(&node.name, &why.unwrap_or_default()));
    }
    let architecture = status.node_info.map(|info| info.architecture);
    let architecture = architecture.unwrap_or_else(|| "amd64".to_owned());
    let program = opening.helper.program(&architecture).map_err(|why| {
        ShownError::refused(why)
            .hinted("give one for that architecture with `--helper-binary FILE`")
    })?;
    let watch = MirrorPod {
        target: Arc::clone(&target),
        namespace: NAMESPACE.to_owned(),
        name: format!("etcd-{}", node.name),
    };
    let mirror = watch.get().await?;
    let mirror = mirror.and_then(|pod| Manifest::of(pod, String::new()));
    let settings = opening.settings;
    let others = opening.observation.members.iter();
    let image = settings
        .helper_image
        .clone()
        .or_else(|| mirror.as_ref()?.image().map(str::to_owned))
        .or_else(|| opening.process?.image.clone())
        // Its pod is gone: the other control-plane nodes run the same.
        .or_else(|| {
            others
                .filter_map(|m| m.process.as_ref()?.image.clone())
                .next()
        })
        .ok_or_else(|| {
            ShownError::usage("no image is known that lies on that node").hinted(
                "name one with `--helper-image IMAGE` (any image does, also one without a shell)",
            )
        })?;
    let mut folders = BTreeSet::from([names::ABOVE.to_owned()]);
    // Only folders that are there for certain: mounting another would make it.
    if let Some(Ok(on_node)) = mirror.as_ref().map(Manifest::on_node) {
        folders.extend(on_node.folders);
    }
    let hands = PodHands {
        place: format!("static pod \"etcd\" on node {}", node.name),
        node: node.name.clone(),
        run: opening.run.to_owned(),
        image,
        may_pull: settings.helper_image.is_some(),
        program,
        folders: RefCell::new(folders),
        target,
    };
    Ok(StaticPodNode::new(
        &node.name,
        Box::new(hands),
        Box::new(watch),
    ))
}

fn not_ready(node: &str, why: &str) -> ShownError {
    let why = if why.is_empty() {
        String::new()
    } else {
        format!(": {why}")
    };
    ShownError::refused(format!(
        "node {node} is not ready{why}; its etcd may still run, and nothing can be done there \
         through the API"
    ))
    .hinted(format!(
        "bring its kubelet back (`systemctl status kubelet` on the node), or work on the node \
         itself with `--via local`; where the machine is gone for good, remove the member with \
         `etcdctl member remove`, `kubectl delete node {node}`, and join a new one with \
         `kubeadm join --control-plane`"
    ))
}
