// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap_complete::CompletionCandidate;

use crate::access::{Topology, TopologyCache};
use crate::kubernetes::{Selection, context_names};

/// The contexts of the kubeconfig, the file alone being read.
pub fn contexts(kubeconfig: Option<PathBuf>) -> Vec<CompletionCandidate> {
    let selection = Selection {
        kubeconfig,
        ..Selection::default()
    };
    let names = context_names(&selection).unwrap_or_default();
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// Every id that `explain` knows.
pub fn ids() -> Vec<CompletionCandidate> {
    let ids = crate::explain::all_ids().unwrap_or_default();
    ids.into_iter().map(CompletionCandidate::new).collect()
}

/// The members' client URLs of every cluster seen before, from the cache: no network.
pub fn endpoints() -> Vec<CompletionCandidate> {
    let members = cached().into_iter().flat_map(|topology| topology.members);
    let urls: BTreeMap<String, String> = members
        .flat_map(|member| {
            let name = member.name;
            member
                .client_urls
                .into_iter()
                .map(move |url| (url, name.clone()))
        })
        .collect();
    described(urls)
}

/// `NODE=` for the nodes seen before, with their address.
pub fn docker_hosts() -> Vec<CompletionCandidate> {
    let nodes = cached().into_iter().flat_map(|topology| topology.nodes);
    described(
        nodes
            .map(|(name, address)| (format!("{name}="), address))
            .collect(),
    )
}

/// The contexts of the docker client.
pub fn docker_contexts() -> Vec<CompletionCandidate> {
    let names = crate::docker::context_names(&crate::docker::Environment::from_process());
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// What names a member: those of every cluster seen before, and the live nodes of the context,
/// where asking takes no longer than a moment and nobody has to log in for it.
pub fn members(kubeconfig: Option<PathBuf>, context: Option<String>) -> Vec<CompletionCandidate> {
    let known = cached();
    let selection = Selection {
        kubeconfig,
        context,
        ..Selection::default()
    };
    let current = crate::kubernetes::current_context(&selection)
        .ok()
        .flatten();
    // The clusters of other contexts would only be in the way, where this one was seen.
    let of_context: Vec<Topology> = known
        .iter()
        .filter(|topology| {
            current
                .as_ref()
                .is_some_and(|c| topology.contexts.contains(c))
        })
        .cloned()
        .collect();
    let known = if of_context.is_empty() {
        known
    } else {
        of_context
    };
    let mut names = BTreeMap::new();
    for topology in &known {
        for member in &topology.members {
            let urls = member.peer_urls.join(",");
            names.insert(member.name.clone(), format!("member at {urls}"));
        }
        for (node, address) in &topology.nodes {
            names
                .entry(node.clone())
                .or_insert_with(|| format!("node at {address}"));
        }
    }
    names.remove("");
    let live = super::within(crate::kubernetes::etcd_node_names(&selection));
    for (node, address) in live.unwrap_or_default() {
        names
            .entry(node)
            .or_insert_with(|| format!("node at {address}"));
    }
    described(names)
}

fn cached() -> Vec<Topology> {
    TopologyCache::in_home()
        .map(|cache| cache.all())
        .unwrap_or_default()
}

fn described(values: BTreeMap<String, String>) -> Vec<CompletionCandidate> {
    values
        .into_iter()
        .map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into())))
        .collect()
}
