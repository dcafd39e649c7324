// SPDX-License-Identifier: Apache-2.0

use crate::etcd::Endpoint;
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs, etcd_pod};
use crate::model::EtcdConfig;

/// The client port of the cluster `main`; `events` has 4002 (kops pkg/model/components/etcdmanager).
const MAIN_CLIENT_PORT: u16 = 4001;

/// kops: etcd-manager pods, which run etcd as a child, for two clusters.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    let mut pods = Vec::new();
    for pod in objects.labelled("kube-system", "k8s-app", "etcd-manager-main") {
        let Some(mut manager) = manager_pod(pod) else {
            continue;
        };
        // The manager's own words are no flags of etcd.
        manager.process.config = EtcdConfig::default();
        pods.push(manager);
    }
    if pods.is_empty() {
        return None;
    }
    let endpoints = pods
        .iter()
        .filter_map(|pod| pod.host_address.clone())
        .map(|host| Endpoint {
            tls: true,
            host,
            port: MAIN_CLIENT_PORT,
        })
        .collect();
    let mut found = Discovered::of_pods(
        "etcd-manager of kops, cluster main",
        Runs::StaticPods,
        pods,
        MAIN_CLIENT_PORT,
    );
    found.endpoints = endpoints;
    let events = objects.labelled("kube-system", "k8s-app", "etcd-manager-events");
    if events.count() > 0 {
        found = found.noted(
            "kops runs a second etcd for events (client port 4002): name it with `--endpoints` to \
             look at it",
        );
    }
    Some(found)
}

/// etcd-manager's pod as one that runs etcd: its only container does.
fn manager_pod(
    pod: &k8s_openapi::api::core::v1::Pod,
) -> Option<crate::kubernetes::discovery::EtcdPod> {
    let mut pod = pod.clone();
    let container = pod.spec.as_mut()?.containers.first_mut()?;
    let name = std::mem::replace(&mut container.name, "etcd".to_owned());
    let statuses = pod
        .status
        .as_mut()
        .and_then(|s| s.container_statuses.as_mut());
    for status in statuses.into_iter().flatten() {
        if status.name == name {
            status.name = "etcd".to_owned();
        }
    }
    let mut found = etcd_pod(&pod)?;
    found.container = name;
    Some(found)
}
