// SPDX-License-Identifier: Apache-2.0

use crate::kubernetes::discovery::objects::has_label;
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, etcd_pod};

/// OpenShift and OKD 4: static pods in openshift-etcd; guard, installer and pruner pods lie beside
/// them (openshift/cluster-etcd-operator bindata/etcd/pod.yaml).
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let pods: Vec<_> = objects
        .pods
        .iter()
        .filter(|pod| pod.metadata.namespace.as_deref() == Some("openshift-etcd"))
        .filter(|pod| has_label(pod, "k8s-app", "etcd") || has_label(pod, "etcd", "true"))
        .filter_map(etcd_pod)
        .collect();
    if pods.is_empty() {
        return None;
    }
    let found = Discovered::of_pods(
        "static pods of OpenShift's etcd operator",
        Runs::StaticPods,
        pods,
        2379,
    );
    Some(found.noted(
        "the cluster-etcd-operator owns these members: `oc get etcd cluster -o yaml` has its own \
         conditions",
    ))
}
