// SPDX-License-Identifier: Apache-2.0

use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, etcd_pod};

/// kubeadm and kind: static pods in kube-system labelled `component=etcd`, whose flags say all
/// (kubernetes cmd/kubeadm/app/phases/etcd/local.go). RKE2 labels its own so, too; its flags are in
/// a file, and it is asked first.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let pods: Vec<_> = objects
        .labelled("kube-system", "component", "etcd")
        .filter_map(etcd_pod)
        .collect();
    let first = pods.first()?;
    let is_kind = first
        .node
        .as_deref()
        .and_then(|name| objects.node(name))
        .and_then(|node| node.spec.as_ref()?.provider_id.as_deref())
        .is_some_and(|id| id.starts_with("kind://"));
    let mirror = pods
        .iter()
        .any(|pod| pod.process.pod.as_ref().is_some_and(|facts| facts.mirror));
    let (what, runs) = match (is_kind, mirror) {
        (true, _) => ("static pods of kind (kubeadm)", Runs::StaticPods),
        (false, true) => ("static pods made by kubeadm", Runs::StaticPods),
        (false, false) => ("pods labelled component=etcd", Runs::Pods),
    };
    Some(Discovered::of_pods(what, runs, pods, 2379))
}
