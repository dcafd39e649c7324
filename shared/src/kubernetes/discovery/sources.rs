// SPDX-License-Identifier: Apache-2.0

use super::source::node_service::{carries_etcd, control_plane};
use super::source::{
    external, kops, kubeadm, node_service, none, openshift, other_pods, rke2, talos,
};
use super::{ApiObjects, Discovered, node_facts};
use crate::model::NodeObservation;

/// Looks at the objects for one kind of place.
type Finder = fn(&ApiObjects) -> Option<Discovered>;

/// Every source, in the order in which they are asked; the last one always has an answer.
pub const SOURCES: &[(&str, Finder)] = &[
    ("rke2", rke2::find),
    ("kubeadm", kubeadm::find),
    ("openshift", openshift::find),
    ("kops", kops::find),
    ("talos", talos::find),
    ("external", external::find),
    ("node-role", node_service::find),
    ("pods", other_pods::find),
    ("none", none::find),
];

/// What was discovered.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovery {
    /// Which source found it.
    pub source: &'static str,
    /// What it found.
    pub found: Discovered,
    /// The nodes that carry etcd, or would.
    pub nodes: Vec<NodeObservation>,
}

/// Finds etcd: the first source that knows it.
pub fn discover(objects: &ApiObjects) -> Option<Discovery> {
    let (source, found) = SOURCES
        .iter()
        .find_map(|(name, find)| Some((*name, find(objects)?)))?;
    let nodes = carrying(objects, &found);
    Some(Discovery {
        source,
        found,
        nodes,
    })
}

/// The nodes that carry etcd: those labelled so, and those with an etcd pod; else the control plane.
/// A control-plane node that has lost its pod is among them.
fn carrying(objects: &ApiObjects, found: &Discovered) -> Vec<NodeObservation> {
    let has_pod = |name: &str| {
        found
            .pods
            .iter()
            .any(|pod| pod.node.as_deref() == Some(name))
    };
    let planes: Vec<&str> = control_plane(objects)
        .into_iter()
        .filter_map(|node| node.metadata.name.as_deref())
        .collect();
    let any_labelled = objects.nodes.iter().any(carries_etcd);
    let belongs = |name: &str, labelled: bool| {
        labelled || has_pod(name) || (!any_labelled && planes.contains(&name))
    };
    objects
        .nodes
        .iter()
        .filter(|node| {
            let name = node.metadata.name.as_deref().unwrap_or_default();
            belongs(name, carries_etcd(node))
        })
        .map(node_facts)
        .collect()
}
