use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::ListParams;

use super::{EtcdPod, KubeError, KubeTarget, etcd_pod, node_facts};
use crate::model::{KubernetesObservation, NodeObservation};

/// What the API told.
#[derive(Clone, Debug)]
pub struct KubernetesFound {
    /// As plain data for the observation.
    pub observation: KubernetesObservation,
    /// The etcd pods.
    pub pods: Vec<EtcdPod>,
}

/// Asks the API for its version, the nodes and the etcd pods.
pub async fn observe(target: &KubeTarget) -> Result<KubernetesFound, KubeError> {
    let failed =
        |what: &str, error: kube::Error| KubeError::from_request(&target.server, what, &error);
    let nodes: Api<Node> = Api::all(target.client.clone());
    let pods: Api<Pod> = Api::namespaced(target.client.clone(), "kube-system");
    let all_nodes = ListParams::default();
    let etcd_pods = ListParams::default().labels("component in (etcd,etcd-manager)");
    let (version, nodes, pods) = tokio::join!(
        target.client.apiserver_version(),
        nodes.list(&all_nodes),
        pods.list(&etcd_pods),
    );
    let nodes = nodes.map_err(|error| failed("the nodes", error))?;
    let mut notes = Vec::new();
    let pods = match pods {
        Ok(pods) => pods.items.iter().filter_map(etcd_pod).collect(),
        Err(error) => {
            notes.push(failed("the etcd pods", error).to_string());
            Vec::new()
        }
    };
    let nodes: Vec<NodeObservation> = nodes.items.iter().map(node_facts).collect();
    let carrying = control_plane(&nodes, &pods);
    if carrying.is_empty() {
        notes.push(no_etcd_to_see(&nodes));
    }
    Ok(KubernetesFound {
        observation: KubernetesObservation {
            server: target.server.clone(),
            context: target.context.clone(),
            version: version.ok().map(|v| v.git_version),
            reachable: Some(Ok(())),
            nodes: carrying,
            notes,
        },
        pods,
    })
}

/// The nodes that carry etcd: those labelled so, else those with an etcd pod, else the control plane.
fn control_plane(nodes: &[NodeObservation], pods: &[EtcdPod]) -> Vec<NodeObservation> {
    let with = |test: &dyn Fn(&NodeObservation) -> bool| -> Vec<NodeObservation> {
        nodes.iter().filter(|node| test(node)).cloned().collect()
    };
    let role = |node: &NodeObservation, names: &[&str]| {
        node.roles.iter().any(|role| names.contains(&role.as_str()))
    };
    let by_label = with(&|node| role(node, &["etcd"]));
    if !by_label.is_empty() {
        return by_label;
    }
    let by_pod = with(&|node| {
        pods.iter()
            .any(|pod| pod.node.as_deref() == Some(&node.name))
    });
    if !by_pod.is_empty() {
        return by_pod;
    }
    with(&|node| role(node, &["control-plane", "master", "controlplane"]))
}

fn no_etcd_to_see(nodes: &[NodeObservation]) -> String {
    if nodes.is_empty() {
        return "the cluster has no nodes that could carry etcd".to_owned();
    }
    "no node of this cluster carries etcd or a control plane: it is managed (its provider keeps \
     etcd out of sight), or its datastore is not etcd (k3s with sqlite, MicroK8s with dqlite)"
        .to_owned()
}
