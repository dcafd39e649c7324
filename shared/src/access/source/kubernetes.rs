// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use crate::access::Settings;
use crate::etcd::Endpoint;
use crate::kubernetes::{KubernetesFound, Selection};

/// kubectl's own default is no limit. This long is waited for a slow server where nothing else tells
/// the nodes; where something does, the report does not wait for it (`access::open`).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// The selection that the settings name.
pub fn selection(settings: &Settings) -> Selection {
    let kube = &settings.kube;
    let request_timeout = kube.request_timeout.unwrap_or(REQUEST_TIMEOUT);
    Selection {
        kubeconfig: kube.kubeconfig.clone(),
        context: kube.context.clone(),
        cluster: kube.kube_cluster.clone(),
        user: kube.kube_user.clone(),
        impersonate: kube.as_user.clone(),
        impersonate_groups: kube.as_group.clone(),
        insecure: kube.kube_insecure_skip_tls_verify,
        connect_timeout: Some(settings.dial_timeout),
        request_timeout: (!request_timeout.is_zero()).then_some(request_timeout),
    }
}

/// Name and first address of the nodes that carry etcd.
pub fn node_addresses(found: &KubernetesFound) -> Vec<(String, String)> {
    let nodes = found.observation.nodes.iter();
    nodes
        .filter_map(|node| Some((node.name.clone(), node.addresses.first()?.clone())))
        .collect()
}

/// Client endpoints that the API tells: those of the etcd pods' own flags, else port 2379 of the
/// nodes that carry etcd.
pub fn endpoints(found: &KubernetesFound) -> Vec<Endpoint> {
    found.etcd.endpoints.clone()
}
