// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::discovery::objects::has_label;
use crate::kubernetes::discovery::{ApiObjects, Discovered, EtcdPod, Runs, etcd_pod};

/// Who makes etcd pods, told by a label or annotation that its own pods bear.
const MAKERS: &[(&str, &str)] = &[
    // openshift/hypershift: the namespace of a hosted control plane.
    (
        "hypershift.openshift.io/hosted-control-plane",
        "HyperShift, for a hosted control plane",
    ),
    // gardener/etcd-druid.
    ("gardener.cloud/role", "etcd-druid of Gardener"),
    ("druid.gardener.cloud/scaleable", "etcd-druid of Gardener"),
    // kubermatic: the seed's namespace of a user cluster.
    ("etcd.k8c.io/cluster", "Kubermatic, for a user cluster"),
    // coreos/etcd-operator and its successors.
    ("etcd_cluster", "an etcd operator"),
    ("helm.sh/chart", "a Helm chart"),
];

/// Pods of a StatefulSet or an operator: hosted control planes keep the etcd of OTHER clusters so.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let mut groups: BTreeMap<(String, String), Vec<(&Pod, EtcdPod)>> = BTreeMap::new();
    for pod in objects.pods.iter().filter(|pod| !is_api_server(pod)) {
        if let Some(etcd) = etcd_pod(pod) {
            let key = (etcd.namespace.clone(), owner(pod));
            groups.entry(key).or_default().push((pod, etcd));
        }
    }
    let places: Vec<String> = groups
        .keys()
        .map(|(namespace, owner)| format!("{owner} in namespace {namespace}"))
        .collect();
    if groups.len() > 1 {
        let mut found = Discovered::without_pods("several etcd clusters in pods", Runs::Nowhere);
        found.notes.push(format!(
            "this API server shows {} etcd clusters, none of them its own: {}; choose one with \
             `--namespace NAMESPACE`",
            places.len(),
            places.join(", ")
        ));
        return Some(found);
    }
    let ((namespace, owner), pods) = groups.into_iter().next()?;
    let maker = pods.first().and_then(|(pod, _)| maker(pod));
    let what = match maker {
        Some(maker) => format!("pods of {maker} ({owner} in namespace {namespace})"),
        None => format!("pods of {owner} in namespace {namespace}"),
    };
    let etcd = pods.into_iter().map(|(_, etcd)| etcd).collect();
    Some(Discovered::of_pods(what, Runs::Pods, etcd, 2379))
}

fn is_api_server(pod: &Pod) -> bool {
    has_label(pod, "component", "kube-apiserver") || has_label(pod, "k8s-app", "kube-apiserver")
}

fn owner(pod: &Pod) -> String {
    let owners = pod.metadata.owner_references.iter().flatten();
    let of = |kind: &str, name: &str| format!("{kind} {name}");
    owners
        .map(|owner| of(&owner.kind, &owner.name))
        .next()
        .unwrap_or_else(|| "no controller".to_owned())
}

fn maker(pod: &Pod) -> Option<&'static str> {
    let labels = pod.metadata.labels.as_ref();
    let annotations = pod.metadata.annotations.as_ref();
    MAKERS
        .iter()
        .find(|(mark, _)| {
            labels.is_some_and(|l| l.contains_key(*mark))
                || annotations.is_some_and(|a| a.contains_key(*mark))
        })
        .map(|(_, maker)| *maker)
}
