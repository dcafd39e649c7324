// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Node;

use crate::model::{NodeCondition, NodeObservation};

/// The facts of one Node object.
pub fn node_facts(node: &Node) -> NodeObservation {
    let status = node.status.as_ref();
    let conditions = status
        .and_then(|s| s.conditions.as_deref())
        .unwrap_or_default();
    let ready = conditions
        .iter()
        .find(|c| c.type_ == "Ready")
        .and_then(|c| match c.status.as_str() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        });
    let pressures = conditions
        .iter()
        .filter(|c| c.type_ != "Ready" && c.status == "True");
    let roles = node
        .metadata
        .labels
        .iter()
        .flatten()
        .filter_map(|(label, value)| {
            label
                .strip_prefix("node-role.kubernetes.io/")
                .map(str::to_owned)
                .or_else(|| (label == "kubernetes.io/role").then(|| value.clone()))
                .filter(|_| value != "false")
        });
    NodeObservation {
        name: node.metadata.name.clone().unwrap_or_default(),
        addresses: host_addresses(node),
        roles: roles.collect(),
        ready,
        pressures: pressures
            .map(|c| NodeCondition {
                kind: c.type_.clone(),
                message: c.message.clone().unwrap_or_default(),
                since: c
                    .last_transition_time
                    .as_ref()
                    .map(|time| time.0)
                    .and_then(to_timestamp),
            })
            .collect(),
        unschedulable: node
            .spec
            .as_ref()
            .and_then(|s| s.unschedulable)
            .unwrap_or(false),
    }
}

pub(in crate::kubernetes) fn to_timestamp(time: impl TryInto<Timestamp>) -> Option<Timestamp> {
    time.try_into().ok()
}

/// The addresses of a node, InternalIP first.
pub fn host_addresses(node: &Node) -> Vec<String> {
    let list = node
        .status
        .as_ref()
        .and_then(|s| s.addresses.as_deref())
        .unwrap_or_default();
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_key(|a| match a.type_.as_str() {
        "InternalIP" => 0,
        "ExternalIP" => 1,
        _ => 2,
    });
    sorted.iter().map(|a| a.address.clone()).collect()
}
