// SPDX-License-Identifier: Apache-2.0

use super::Asked;
use super::reference_list::ReferenceList;
use crate::etcd::Endpoint;
use crate::model::{
    KubernetesObservation, ListedMember, MemberObservation, NodeObservation, Probe,
    ProcessObservation, TlsObservation,
};

/// A peer port's handshake: the peer URL's endpoint and the outcome.
pub type PeerTls = (Endpoint, Probe<TlsObservation>);

/// Puts answers, processes and nodes to the members of the list. Pure: nothing is asked here.
pub fn assign(
    list: &ReferenceList,
    mut asked: Vec<Asked>,
    mut processes: Vec<ProcessObservation>,
    peer_tls: &[PeerTls],
    kubernetes: Option<&KubernetesObservation>,
) -> Vec<MemberObservation> {
    let mut members = Vec::new();
    let mut taken: Vec<(ListedMember, Option<Asked>)> = Vec::new();
    // First those that say themselves who they are, then by address, so that a foreign process at
    // a member's address is only taken where nobody answers as that member.
    for member in &list.members {
        let own = take(&mut asked, |a| {
            a.header().is_some_and(|h| {
                h.member_id == member.id && list.cluster_id.is_none_or(|c| c == h.cluster_id)
            })
        });
        taken.push((member.clone(), own));
    }
    for (member, slot) in &mut taken {
        if slot.is_none() {
            *slot = take(&mut asked, |a| speaks_at(member, &a.endpoint))
                .or_else(|| take(&mut asked, |a| same_host(member, &a.endpoint)));
        }
    }
    for (member, answer) in taken {
        let process = take(&mut processes, |p| runs(p, &member, true))
            .or_else(|| take(&mut processes, |p| runs(p, &member, false)))
            // Added, and started with a wrong URL or name: still what runs on that host.
            .or_else(|| {
                let unstarted = !member.is_started();
                take(&mut processes, |p| unstarted && lives_with(p, &member))
            })
            // A pod whose settings are in a file of the node (RKE2) says only where it runs.
            .or_else(|| {
                let node = node_of(&member, kubernetes);
                take(&mut processes, |p| {
                    p.node.is_some()
                        && p.config.get("name").is_none()
                        && p.node == node.as_ref().map(|node| node.name.clone())
                })
            });
        let peer = peer_tls
            .iter()
            .find(|(endpoint, _)| peer_endpoints(&member).contains(endpoint));
        members.push(MemberObservation {
            label: member.label(),
            process,
            peer_tls: peer.map_or(Probe::NotTried, |(_, probe)| probe.clone()),
            node: node_of(&member, kubernetes),
            ..observed(answer, Some(member))
        });
    }
    // Processes and answers that no list entry claims.
    for process in processes {
        let label = process
            .config
            .get("name")
            .unwrap_or(&process.name)
            .to_owned();
        let host = client_hosts(&process);
        let answer = take(&mut asked, |a| host.contains(&a.endpoint.host));
        members.push(MemberObservation {
            label,
            process: Some(process),
            ..observed(answer, None)
        });
    }
    for answer in asked {
        // A guessed address where nothing answers says nothing of any member.
        if answer.header().is_some() || list.members.is_empty() {
            let label = answer.endpoint.authority();
            members.push(MemberObservation {
                label,
                ..observed(Some(answer), None)
            });
        }
    }
    members
}

fn observed(answer: Option<Asked>, listed: Option<ListedMember>) -> MemberObservation {
    let learner = listed.as_ref().is_some_and(|member| member.is_learner);
    let Some(asked) = answer else {
        return MemberObservation {
            listed,
            ..MemberObservation::default()
        };
    };
    let linearizable_read = if learner && asked.linearizable_read.error().is_some() {
        Probe::Skipped {
            reason: "a learner answers no linearizable reads".to_owned(),
        }
    } else {
        asked.linearizable_read
    };
    let member_list = match asked.member_list {
        Probe::Answered {
            value: (_, list),
            took_ms,
        } => Probe::Answered {
            value: list,
            took_ms,
        },
        Probe::Failed { error } => Probe::Failed { error },
        Probe::Skipped { reason } => Probe::Skipped { reason },
        Probe::NotTried => Probe::NotTried,
    };
    MemberObservation {
        listed,
        endpoint: Some(asked.endpoint.to_string()),
        status: asked.status,
        linearizable_read,
        serializable_read: asked.serializable_read,
        member_list,
        alarms: asked.alarms,
        http_health: asked.http_health,
        http_readyz: asked.http_readyz,
        metrics: asked.metrics,
        client_tls: asked.client_tls,
        clock_offset_seconds: asked.clock_offset_seconds,
        ..MemberObservation::default()
    }
}

fn take<T>(list: &mut Vec<T>, test: impl Fn(&T) -> bool) -> Option<T> {
    let at = list.iter().position(test)?;
    Some(list.remove(at))
}

/// The endpoints under which a member is asked: its client URLs; where those are of no use from
/// outside (k0s advertises https://127.0.0.1:2379), the peer's host with the client's port; for a
/// member that never started, the peer's host with etcd's usual port.
pub fn client_endpoints(member: &ListedMember) -> Vec<Endpoint> {
    let peers = peer_endpoints(member);
    let peer_host = peers
        .iter()
        .map(|p| &p.host)
        .find(|host| !is_loopback(host));
    let mut found = Vec::new();
    for url in &member.client_urls {
        let Ok(mut endpoint) = Endpoint::parse(url, true) else {
            continue;
        };
        if (is_loopback(&endpoint.host) || is_any(&endpoint.host))
            && let Some(host) = peer_host
        {
            endpoint.host.clone_from(host);
        }
        if !found.contains(&endpoint) {
            found.push(endpoint);
        }
    }
    if found.is_empty()
        && let Some(peer) = peers.first()
    {
        found.push(Endpoint {
            tls: peer.tls,
            host: peer.host.clone(),
            port: 2379,
        });
    }
    found
}

/// A member's peer URLs as endpoints.
pub fn peer_endpoints(member: &ListedMember) -> Vec<Endpoint> {
    member
        .peer_urls
        .iter()
        .filter_map(|url| Endpoint::parse(url, true).ok())
        .collect()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

fn is_any(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "::")
}

fn speaks_at(member: &ListedMember, endpoint: &Endpoint) -> bool {
    client_endpoints(member)
        .iter()
        .any(|e| e.host == endpoint.host && e.port == endpoint.port)
}

fn same_host(member: &ListedMember, endpoint: &Endpoint) -> bool {
    !is_loopback(&endpoint.host)
        && peer_endpoints(member)
            .iter()
            .chain(&client_endpoints(member))
            .any(|e| e.host == endpoint.host)
}

/// Whether a process is this member by its own flags: its name with an address of the member,
/// or (`strictly` false) one of the two alone.
fn runs(process: &ProcessObservation, member: &ListedMember, strictly: bool) -> bool {
    let config = &process.config;
    let named = member.is_started() && config.get("name") == Some(&member.name);
    let urls = config
        .get("initial-advertise-peer-urls")
        .unwrap_or_default();
    let addressed = urls
        .split(',')
        .any(|url| member.peer_urls.iter().any(|own| own == url));
    if strictly {
        named && addressed
    } else {
        named || addressed
    }
}

/// Whether a process advertises the host of the member's peer URLs.
fn lives_with(process: &ProcessObservation, member: &ListedMember) -> bool {
    let peers = peer_endpoints(member);
    client_hosts(process)
        .iter()
        .any(|host| peers.iter().any(|peer| peer.host == *host))
}

fn client_hosts(process: &ProcessObservation) -> Vec<String> {
    let flags = ["advertise-client-urls", "listen-client-urls"];
    let urls = flags.iter().filter_map(|flag| process.config.get(flag));
    let endpoints = urls
        .flat_map(|urls| urls.split(','))
        .filter_map(|u| Endpoint::parse(u, true).ok());
    endpoints
        .map(|e| e.host)
        .filter(|host| !is_loopback(host) && !is_any(host))
        .collect()
}

fn node_of(
    member: &ListedMember,
    kubernetes: Option<&KubernetesObservation>,
) -> Option<NodeObservation> {
    let hosts: Vec<String> = peer_endpoints(member)
        .into_iter()
        .chain(client_endpoints(member))
        .map(|e| e.host)
        .collect();
    let nodes = &kubernetes?.nodes;
    nodes
        .iter()
        .find(|node| node.addresses.iter().any(|address| hosts.contains(address)))
        .or_else(|| nodes.iter().find(|node| node.name == member.name))
        .cloned()
}
