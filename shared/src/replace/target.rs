// SPDX-License-Identifier: Apache-2.0

//! Who is meant: a Kubernetes node, a member's name, its id, or its address.

use super::world::Target;
use crate::access::local_config;
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::model::{EtcdConfig, MemberObservation, Observation, ProcessObservation, Via};

/// The member that is meant, and the process that runs it.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name and URLs.
    pub target: Target,
    /// Its process, where an engine or node shows one.
    pub process: Option<ProcessObservation>,
}

/// Finds the member that `name` means.
///
/// # Errors
/// Nobody or more than one is meant.
pub fn find(observation: &Observation, name: &str) -> Result<Found, ShownError> {
    let members = &observation.members;
    let mut matching: Vec<&MemberObservation> = members
        .iter()
        .filter(|member| is_meant(member, observation, name))
        .collect();
    // An entry and the process that no list names are one where they share a peer URL or name.
    matching.dedup_by(|a, b| same_member(a, b));
    if matching.len() > 1 {
        let (first, rest) = matching.split_at(1);
        let all_same = first.iter().all(|a| rest.iter().all(|b| same_member(a, b)));
        if !all_same {
            let labels: Vec<_> = matching
                .iter()
                .map(|m| format!("\"{}\"", m.label))
                .collect();
            return Err(ShownError::usage(format!(
                "\"{name}\" names more than one member: {}",
                labels.join(", ")
            ))
            .hinted("name it by its id or its peer address"));
        }
    }
    let Some(member) = matching
        .iter()
        .find(|m| m.listed.is_some())
        .or(matching.first())
    else {
        return of_node(observation, name).ok_or_else(|| unknown(observation, name));
    };
    let process = member
        .process
        .clone()
        .or_else(|| matching.iter().find_map(|m| m.process.clone()))
        .or_else(|| {
            let mut processes = members.iter().filter_map(|m| m.process.as_ref());
            processes
                .find(|process| shares_url(process, member))
                .cloned()
        });
    Ok(Found {
        target: target_of(member, process.as_ref()),
        process,
    })
}

/// A node that shows neither a member nor a process: where both are gone for the moment, its files
/// tell who it was. Name and URLs are empty until then.
fn of_node(observation: &Observation, name: &str) -> Option<Found> {
    if observation.access.via == Via::Local
        && let Some(config) = local_config()
        && (config.get("name") == Some(name)
            || urls(&config, "initial-advertise-peer-urls")
                .iter()
                .any(|url| is_address(url, name)))
    {
        return Some(Found {
            target: Target::default(),
            process: None,
        });
    }
    let nodes = &observation.kubernetes.as_ref()?.nodes;
    let is_meant = |address: &String| address == name;
    nodes
        .iter()
        .any(|node| node.name == name || node.addresses.iter().any(is_meant))
        .then(|| Found {
            target: Target::default(),
            process: None,
        })
}

/// A node of which nothing but its name is known, and that by an engine's flag.
pub fn of_node_alone() -> Found {
    Found {
        target: Target::default(),
        process: None,
    }
}

/// The target by the settings that its definition on the node has, where nothing else told it.
pub fn complete(target: &mut Target, config: &EtcdConfig) {
    if target.name.is_empty() {
        config
            .get("name")
            .unwrap_or_default()
            .clone_into(&mut target.name);
    }
    if target.peer_urls.is_empty() {
        target.peer_urls = urls(config, "initial-advertise-peer-urls");
    }
    if target.client_urls.is_empty() {
        target.client_urls = urls(config, "advertise-client-urls");
    }
}

fn target_of(member: &MemberObservation, process: Option<&ProcessObservation>) -> Target {
    let listed = member.listed.clone().unwrap_or_default();
    let Some(process) = process else {
        return Target {
            name: listed.name,
            peer_urls: listed.peer_urls,
            client_urls: listed.client_urls,
        };
    };
    let config = &process.config;
    let peer_urls = urls(config, "initial-advertise-peer-urls");
    let client_urls = urls(config, "advertise-client-urls");
    Target {
        name: config
            .get("name")
            .map_or_else(|| listed.name.clone(), str::to_owned),
        peer_urls: if peer_urls.is_empty() {
            listed.peer_urls
        } else {
            peer_urls
        },
        client_urls: if client_urls.is_empty() {
            listed.client_urls
        } else {
            client_urls
        },
    }
}

/// A comma-separated setting.
pub fn urls(config: &EtcdConfig, flag: &str) -> Vec<String> {
    let list = config.get(flag).unwrap_or_default();
    list.split(',')
        .map(str::trim)
        .filter(|url| !url.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_meant(member: &MemberObservation, observation: &Observation, name: &str) -> bool {
    if let Some(listed) = &member.listed {
        if listed.name == name || listed.id.to_string() == name {
            return true;
        }
        let urls = listed.peer_urls.iter().chain(&listed.client_urls);
        if urls.into_iter().any(|url| is_address(url, name)) {
            return true;
        }
    }
    if let Some(process) = &member.process {
        if process.config.get("name") == Some(name) || process.node.as_deref() == Some(name) {
            return true;
        }
        let config = &process.config;
        let all = [
            urls(config, "initial-advertise-peer-urls"),
            urls(config, "advertise-client-urls"),
        ];
        if all.iter().flatten().any(|url| is_address(url, name)) {
            return true;
        }
    }
    let of_member = member.node.as_ref().is_some_and(|node| node.name == name);
    let by_address = observation.kubernetes.as_ref().is_some_and(|kubernetes| {
        kubernetes
            .nodes
            .iter()
            .filter(|node| node.name == name)
            .any(|node| {
                let urls = member.listed.iter().flat_map(|listed| &listed.peer_urls);
                urls.into_iter().any(|url| {
                    node.addresses
                        .iter()
                        .any(|address| is_address(url, address))
                })
            })
    });
    of_member || by_address
}

/// Whether `name` is the URL, its host, or its host and port.
fn is_address(url: &str, name: &str) -> bool {
    Endpoint::parse(url, true).is_ok_and(|endpoint| {
        endpoint.host == name.trim_matches(['[', ']'])
            || endpoint.authority() == name
            || endpoint.to_string() == name.trim_end_matches('/')
    })
}

fn shares_url(process: &ProcessObservation, member: &MemberObservation) -> bool {
    let own = urls(&process.config, "initial-advertise-peer-urls");
    member
        .listed
        .as_ref()
        .is_some_and(|listed| listed.peer_urls.iter().any(|url| own.contains(url)))
}

fn same_member(a: &MemberObservation, b: &MemberObservation) -> bool {
    let peers = |member: &MemberObservation| -> Vec<String> {
        let mut all = member
            .listed
            .as_ref()
            .map(|listed| listed.peer_urls.clone())
            .unwrap_or_default();
        if let Some(process) = &member.process {
            all.extend(urls(&process.config, "initial-advertise-peer-urls"));
        }
        all
    };
    let (a, b) = (peers(a), peers(b));
    a.iter().any(|url| b.contains(url))
}

fn unknown(observation: &Observation, name: &str) -> ShownError {
    let mut known: Vec<String> = observation
        .members
        .iter()
        .map(|m| m.label.clone())
        .collect();
    if let Some(kubernetes) = &observation.kubernetes {
        known.extend(kubernetes.nodes.iter().map(|node| node.name.clone()));
    }
    known.sort();
    known.dedup();
    let error = ShownError::usage(format!("there is no node or member \"{name}\""));
    if known.is_empty() {
        return error.hinted("see what is reached with `kubectl etcd-health`");
    }
    error.hinted(format!("known are: {}", known.join(", ")))
}
