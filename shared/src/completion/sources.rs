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
