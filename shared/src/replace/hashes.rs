// SPDX-License-Identifier: Apache-2.0

//! Whether the members' data is equal, by HashKV at one revision.

use std::collections::BTreeMap;

use super::world::World;
use crate::model::MemberId;

/// What the hashes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// All that answered are equal, or fewer than two can be compared.
    Equal,
    /// All but this one agree, and they are more than half of those compared.
    Minority {
        /// The one.
        member: MemberId,
        /// The groups in words.
        groups: String,
    },
    /// No group is more than half of those compared.
    NoMajority {
        /// The groups in words.
        groups: String,
    },
}

/// Compares the hashes of all members that answered as what they should be, per compact revision
/// (etcd compares only equal ones, server/etcdserver/corrupt.go).
pub fn agreement(world: &World) -> Agreement {
    let mut groups: BTreeMap<(i64, u32), Vec<MemberId>> = BTreeMap::new();
    let mut compared = 0;
    for peer in world.peers() {
        let Some(hash) = peer.seen.hash_kv.value() else {
            continue;
        };
        if Some(hash.header.cluster_id) != world.observation.cluster_id
            || hash.header.member_id != peer.listed.id
        {
            continue;
        }
        compared += 1;
        groups
            .entry((hash.compact_revision, hash.hash))
            .or_default()
            .push(peer.listed.id);
    }
    let revisions: std::collections::BTreeSet<i64> =
        groups.keys().map(|(revision, _)| *revision).collect();
    if groups.len() < 2 || revisions.len() > 1 {
        return Agreement::Equal;
    }
    let words = groups
        .iter()
        .map(|((_, hash), members)| {
            let ids: Vec<_> = members.iter().map(ToString::to_string).collect();
            format!("{hash:08x} on {}", ids.join(", "))
        })
        .collect::<Vec<_>>()
        .join("; ");
    let largest = groups.values().map(Vec::len).max().unwrap_or(0);
    if largest * 2 <= compared {
        return Agreement::NoMajority { groups: words };
    }
    let minority: Vec<MemberId> = groups
        .values()
        .filter(|members| members.len() < largest)
        .flatten()
        .copied()
        .collect();
    match minority.as_slice() {
        [member] => Agreement::Minority {
            member: *member,
            groups: words,
        },
        _ => Agreement::NoMajority { groups: words },
    }
}

/// Whether this member's data differs while all others that can be compared agree.
pub fn differs_from_majority(world: &World, id: MemberId) -> bool {
    matches!(agreement(world), Agreement::Minority { member, .. } if member == id)
}
