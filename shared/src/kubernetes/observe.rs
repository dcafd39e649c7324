// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use futures_util::future::join_all;
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::ListParams;

use super::discovery::{ApiObjects, Discovered, Runs, discover};
use super::{KubeError, KubeTarget};
use crate::model::{EtcdPlace, KubernetesObservation};

/// Where a cluster's own etcd and API servers are, and by which labels.
const OWN: &[(&str, &str)] = &[
    ("kube-system", "component in (etcd,kube-apiserver)"),
    (
        "kube-system",
        "k8s-app in (etcd-manager-main,etcd-manager-events,kube-apiserver)",
    ),
    ("openshift-etcd", "k8s-app=etcd"),
];

/// By which labels operators and charts mark etcd pods, in any namespace. Asked only where the
/// cluster shows no etcd of its own.
const ANYWHERE: &[&str] = &[
    "app in (etcd,etcd-statefulset)",
    "app.kubernetes.io/name=etcd",
    "app.kubernetes.io/component in (etcd,etcd-statefulset)",
    "etcd_cluster",
];

/// What the API told.
#[derive(Clone, Debug)]
pub struct KubernetesFound {
    /// As plain data for the observation.
    pub observation: KubernetesObservation,
    /// etcd.
    pub etcd: Discovered,
    /// The processors of the nodes, by name.
    pub architectures: BTreeMap<String, String>,
}

/// Asks the API for its version, the nodes and the etcd pods, and finds where etcd is.
/// With a namespace only that one's pods count.
pub async fn observe(
    target: &KubeTarget,
    namespace: Option<&str>,
) -> Result<KubernetesFound, KubeError> {
    let nodes: Api<Node> = Api::all(target.client.clone());
    let all_nodes = ListParams::default();
    let (version, nodes, pods) = tokio::join!(
        target.client.apiserver_version(),
        nodes.list(&all_nodes),
        own_pods(target, namespace),
    );
    let mut notes = Vec::new();
    let mut objects = ApiObjects {
        version: version.map(|v| v.git_version).unwrap_or_default(),
        ..ApiObjects::default()
    };
    match (nodes, &pods) {
        (Ok(nodes), _) => objects.nodes = nodes.items,
        // Without the nodes the pods still tell most.
        (Err(error @ kube::Error::Api(_)), Ok(_)) => {
            notes.push(failed(target, "the nodes", &error).to_string());
        }
        (Err(error), _) => return Err(failed(target, "the nodes", &error)),
    }
    match pods {
        Ok(pods) => objects.pods = pods,
        // Half an answer would make another cluster of it: an API server that has just gone away.
        Err(error) if error.is_passing() => return Err(error),
        Err(error) => notes.push(error.to_string()),
    }
    let mut discovery = discover(&objects);
    let own = discovery
        .as_ref()
        .is_some_and(|d| !matches!(d.source, "none") || !d.found.endpoints.is_empty());
    if !own && namespace.is_none() {
        let (more, refused) = pods_anywhere(target).await;
        if more.is_empty() {
            notes.extend(refused);
        } else {
            objects.pods.extend(more);
            discovery = discover(&objects);
        }
    }
    let architectures = objects.nodes.iter().filter_map(architecture).collect();
    let (source, etcd, nodes) = match discovery {
        Some(discovery) => (discovery.source, discovery.found, discovery.nodes),
        None => (
            "none",
            Discovered {
                what: "nowhere to be seen".to_owned(),
                runs: Runs::Nowhere,
                pods: Vec::new(),
                endpoints: Vec::new(),
                notes: Vec::new(),
            },
            Vec::new(),
        ),
    };
    notes.extend(etcd.notes.iter().cloned());
    Ok(KubernetesFound {
        observation: KubernetesObservation {
            server: target.server.clone(),
            context: target.context.clone(),
            version: Some(objects.version).filter(|version| !version.is_empty()),
            reachable: Some(Ok(())),
            etcd: Some(EtcdPlace {
                source: source.to_owned(),
                what: etcd.what.clone(),
                static_pods: etcd.runs == Runs::StaticPods,
            }),
            nodes,
            notes,
        },
        etcd,
        architectures,
    })
}

fn architecture(node: &Node) -> Option<(String, String)> {
    let info = node.status.as_ref()?.node_info.as_ref()?;
    Some((node.metadata.name.clone()?, info.architecture.clone()))
}

fn failed(target: &KubeTarget, what: &str, error: &kube::Error) -> KubeError {
    KubeError::from_request(&target.server, what, error)
}

/// The pods of the cluster's own etcd and API servers, or all of one namespace.
async fn own_pods(target: &KubeTarget, namespace: Option<&str>) -> Result<Vec<Pod>, KubeError> {
    if let Some(namespace) = namespace {
        let pods: Api<Pod> = Api::namespaced(target.client.clone(), namespace);
        let what = format!("the pods of namespace {namespace}");
        return match pods.list(&ListParams::default()).await {
            Ok(list) => Ok(list.items),
            Err(error) => Err(failed(target, &what, &error)),
        };
    }
    let asked = OWN.iter().map(|(namespace, labels)| async move {
        let pods: Api<Pod> = Api::namespaced(target.client.clone(), namespace);
        let params = ListParams::default().labels(labels);
        (*namespace, pods.list(&params).await)
    });
    let mut found: Vec<Pod> = Vec::new();
    let mut refused = None;
    for (namespace, answer) in join_all(asked).await {
        match answer {
            Ok(list) => found.extend(list.items),
            // That one is there in OpenShift alone; elsewhere nobody has rights in it.
            Err(_) if namespace == "openshift-etcd" => {}
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match refused {
        Some(error) if found.is_empty() => Err(failed(target, "the etcd pods", &error)),
        _ => Ok(found),
    }
}

/// The etcd pods of operators and charts, wherever they are; what was refused, in words.
async fn pods_anywhere(target: &KubeTarget) -> (Vec<Pod>, Vec<String>) {
    let asked = ANYWHERE.iter().map(|labels| async move {
        let pods: Api<Pod> = Api::all(target.client.clone());
        pods.list(&ListParams::default().labels(labels)).await
    });
    let mut found: Vec<Pod> = Vec::new();
    let mut notes = Vec::new();
    for answer in join_all(asked).await {
        match answer {
            Ok(list) => {
                for pod in list.items {
                    let uid = &pod.metadata.uid;
                    if !found.iter().any(|known| known.metadata.uid == *uid) {
                        found.push(pod);
                    }
                }
            }
            Err(error) if notes.is_empty() => {
                notes.push(failed(target, "etcd pods of any namespace", &error).to_string());
            }
            Err(_) => {}
        }
    }
    (found, notes)
}
