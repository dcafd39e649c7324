// SPDX-License-Identifier: Apache-2.0

use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, etcd_pod};

/// RKE2: static pods labelled like kubeadm's, whose flags are in a file of the node
/// (rancher/rke2 pkg/podexecutor; annotation `etcd.k3s.io/initial`).
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let pods: Vec<_> = objects
        .labelled("kube-system", "component", "etcd")
        .filter(|pod| {
            let annotations = pod.metadata.annotations.as_ref();
            annotations.is_some_and(|a| a.contains_key("etcd.k3s.io/initial"))
                || objects.any_kubelet("+rke2")
        })
        .filter_map(etcd_pod)
        .collect();
    if pods.is_empty() {
        return None;
    }
    Some(Discovered::of_pods(
        "static pods of RKE2",
        Runs::StaticPods,
        pods,
        2379,
    ))
}
