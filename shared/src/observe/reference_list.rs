// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use super::Asked;
use crate::model::{ClusterId, ListSource, ListedMember, MemberId, ProcessObservation};
use crate::rules::{bootstrap_ids, parse_initial_cluster};

/// The member list that all else is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReferenceList {
    /// The cluster.
    pub cluster_id: Option<ClusterId>,
    /// The members.
    pub members: Vec<ListedMember>,
    /// How far it can be trusted.
    pub source: ListSource,
}

/// Chooses it: from members that answer linearizable reads, else from those that answer at all,
/// else what an earlier run saw, else what the processes' own flags say.
///
/// A foreign one-member cluster answers reads as well, also where the true one has lost its quorum:
/// the cluster that the cache or the processes' own flags know comes first, then the one with the
/// most answering members, the longer list, the higher raft term.
pub fn choose(
    asked: &[Asked],
    processes: &[ProcessObservation],
    cached: &[ListedMember],
) -> ReferenceList {
    // How much of an answer's list is known: without quorum the known cluster's own, perhaps old,
    // word is better than the certain word of another cluster. (A one-member cluster made from a
    // member's own flags has that member's id, hence the count.)
    let known = known_ids(processes, cached);
    let overlap = |answer: &Asked| {
        let list = answer.member_list.value().map(|(_, list)| list.as_slice());
        list.unwrap_or_default()
            .iter()
            .filter(|member| known.contains(&member.id))
            .count()
    };
    // By cluster: within one, a member that was removed while it was cut off has the longer list.
    let mut overlaps: BTreeMap<ClusterId, usize> = BTreeMap::new();
    for answer in asked {
        if let Some((header, _)) = answer.member_list.value() {
            let most = overlaps.entry(header.cluster_id).or_default();
            *most = overlap(answer).max(*most);
        }
    }
    let most_known = overlaps.values().copied().max().unwrap_or(0);
    for linearizable in [true, false] {
        let mut clusters: BTreeMap<ClusterId, Vec<&Asked>> = BTreeMap::new();
        for answer in asked {
            let Some((header, _)) = answer.member_list.value() else {
                continue;
            };
            if overlaps.get(&header.cluster_id) < Some(&most_known) {
                continue;
            }
            if !linearizable || answer.linearizable_read.value().is_some() {
                clusters.entry(header.cluster_id).or_default().push(answer);
            }
        }
        let best = clusters.into_iter().max_by_key(|(_, answers)| {
            let longest = answers.iter().filter_map(|a| a.member_list.value());
            let longest = longest.map(|(_, list)| list.len()).max();
            (
                answers.len(),
                longest,
                answers.iter().filter_map(|a| term(a)).max(),
            )
        });
        let Some((cluster, answers)) = best else {
            continue;
        };
        let newest = answers.into_iter().max_by_key(|a| {
            let applied = a
                .status
                .value()
                .map(|s| (s.raft_term, s.raft_applied_index, s.raft_index));
            (applied, std::cmp::Reverse(a.endpoint.clone()))
        });
        let Some((header, list)) = newest.and_then(|a| a.member_list.value()) else {
            continue;
        };
        let member = list.iter().find(|m| m.id == header.member_id);
        let member = member.map_or_else(|| header.member_id.to_string(), ListedMember::label);
        let source = if linearizable {
            ListSource::Linearizable { member }
        } else {
            ListSource::Serializable { member }
        };
        return ReferenceList {
            cluster_id: Some(cluster),
            members: sorted(list.clone()),
            source,
        };
    }
    if !cached.is_empty() {
        return ReferenceList {
            cluster_id: None,
            members: sorted(cached.to_vec()),
            source: ListSource::Cache,
        };
    }
    from_configuration(processes)
}

/// Ids that the cache remembers or that the processes' own flags derive.
fn known_ids(processes: &[ProcessObservation], cached: &[ListedMember]) -> Vec<MemberId> {
    let derived = processes.iter().filter_map(|p| bootstrap_ids(&p.config));
    let derived = derived.flat_map(|ids| ids.members).map(|(_, id)| id);
    cached
        .iter()
        .map(|member| member.id)
        .chain(derived)
        .collect()
}

fn term(asked: &Asked) -> Option<u64> {
    asked.header().map(|header| header.raft_term)
}

fn sorted(mut members: Vec<ListedMember>) -> Vec<ListedMember> {
    members.sort_by_key(ListedMember::label);
    members
}

/// The list that the processes' `--initial-cluster` describes, with the ids that a first start
/// derives from it. It is what was meant once, not what is.
fn from_configuration(processes: &[ProcessObservation]) -> ReferenceList {
    let described = processes
        .iter()
        .filter_map(|p| Some((p, bootstrap_ids(&p.config)?)));
    let Some((process, ids)) = described.max_by_key(|(_, ids)| ids.members.len()) else {
        return ReferenceList::default();
    };
    let urls = parse_initial_cluster(process.config.get("initial-cluster").unwrap_or_default());
    let own = |name: &str| {
        processes
            .iter()
            .find(|p| p.config.get("name") == Some(name))
    };
    let members = ids.members.iter().map(|(name, id)| ListedMember {
        id: *id,
        name: name.clone(),
        client_urls: own(name)
            .and_then(|p| p.config.get("advertise-client-urls"))
            .map(|urls| urls.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        peer_urls: urls.get(name).cloned().unwrap_or_default(),
        is_learner: false,
    });
    ReferenceList {
        cluster_id: Some(ids.cluster),
        members: sorted(members.collect()),
        source: ListSource::Configuration,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::etcd::Endpoint;
    use crate::model::{Probe, ReadProbe, ResponseHeader};

    fn entry(id: u64) -> ListedMember {
        ListedMember {
            id: MemberId(id),
            name: format!("m{id}"),
            peer_urls: vec![format!("https://{id}:2380")],
            ..ListedMember::default()
        }
    }

    fn asked(id: u64, list: &[u64], confirmed: bool) -> Asked {
        let header = ResponseHeader {
            cluster_id: ClusterId(7),
            member_id: MemberId(id),
            ..ResponseHeader::default()
        };
        let answered = Duration::ZERO;
        let list: Vec<ListedMember> = list.iter().map(|id| entry(*id)).collect();
        Asked {
            endpoint: Endpoint::parse(&format!("https://{id}:2379"), true).unwrap(),
            status: Probe::NotTried,
            linearizable_read: if confirmed {
                Probe::answered(ReadProbe { header }, answered)
            } else {
                Probe::NotTried
            },
            serializable_read: Probe::NotTried,
            member_list: Probe::answered((header, list), answered),
            alarms: Probe::NotTried,
            http_health: Probe::NotTried,
            http_readyz: Probe::NotTried,
            metrics: Probe::NotTried,
            client_tls: Probe::NotTried,
            clock_offset_seconds: None,
            client: None,
        }
    }

    #[test]
    fn what_a_quorum_confirms_wins_over_the_longer_list_of_one_that_was_removed_while_cut_off() {
        let answers = [
            asked(1, &[1, 3], true),
            asked(2, &[1, 2, 3], false),
            asked(3, &[1, 3], true),
        ];
        let known: Vec<ListedMember> = [1, 2, 3].map(entry).to_vec();
        let list = choose(&answers, &[], &known);
        assert!(matches!(list.source, ListSource::Linearizable { .. }));
        let ids: Vec<u64> = list.members.iter().map(|member| member.id.0).collect();
        assert_eq!(ids, [1, 3]);
    }
}
