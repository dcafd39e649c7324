// SPDX-License-Identifier: Apache-2.0

//! What etcd's strict-reconfig-check will say to a change of the member list, and whether the
//! change leaves a quorum: two different questions, both asked before a replacement.
//!
//! Facts: server/etcdserver/server.go (mayAddMember, mayRemoveMember, mayPromoteMember) and
//! server/etcdserver/api/membership/cluster.go (IsReadyTo…Member) of the releases named.

use crate::model::{MemberHealth, MemberId, Version};

use super::MemberView;
use super::quorum::quorum_size;

/// A voter as the strict check sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voter {
    /// Its id.
    pub id: MemberId,
    /// Whether it has published a name.
    pub started: bool,
    /// Whether the serving member has been connected to it for 5 s (true for itself). From
    /// outside, answering a linearizable read is the best sign of that.
    pub connected: bool,
}

/// Why etcd would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too few members with a published name for the new size.
    #[error(
        "etcd would refuse with \"re-configuration failed due to not enough started members\": {started} started, {needed} needed"
    )]
    NotEnoughStarted {
        /// Started voters.
        started: usize,
        /// Needed for the new size.
        needed: usize,
    },
    /// Too few members connected.
    #[error(
        "etcd would refuse with \"unhealthy cluster\": {connected} voters connected, {needed} needed"
    )]
    NotConnected {
        /// Connected voters.
        connected: usize,
        /// Needed.
        needed: usize,
    },
    /// Removing an active voter would break the active quorum.
    #[error(
        "etcd would refuse with \"unhealthy cluster\": {left} connected voters would be left, {needed} needed"
    )]
    BreaksActiveQuorum {
        /// Connected voters left.
        left: usize,
        /// Needed.
        needed: usize,
    },
    /// There is no such voter in the list.
    #[error("there is no member {id} among the voters")]
    NoSuchMember {
        /// The id asked for.
        id: MemberId,
    },
}

/// Whether a version asks for every voter to be connected before an add: all up to 3.5.29 and
/// 3.6.10. Later ones (etcd PR 21669, PR 21667) ask for a quorum of the cluster as it will be,
/// with the new member counted as unavailable.
fn wants_all_connected(version: Version) -> bool {
    match version.minor_pair() {
        (3, 6) => version < Version::new(3, 6, 11),
        pair if pair >= (3, 7) => false,
        _ => version < Version::new(3, 5, 30),
    }
}

/// Whether the strict check accepts one more member, a learner or a voter.
///
/// # Errors
///
/// The refusal that etcd would answer with.
pub fn would_add_be_accepted(
    version: Version,
    voters: &[Voter],
    as_learner: bool,
) -> Result<(), Refusal> {
    let connected = voters.iter().filter(|v| v.connected).count();
    if !as_learner {
        let started = voters.iter().filter(|v| v.started).count();
        let needed = quorum_size(voters.len() + 1);
        // etcd lets a one-member cluster grow although the second one counts as not started.
        let from_one_to_two = started == 1 && voters.len() == 1;
        if !from_one_to_two && started < needed {
            return Err(Refusal::NotEnoughStarted { started, needed });
        }
    }
    let needed = if wants_all_connected(version) {
        voters.len()
    } else if voters.len() == 1 {
        1
    } else {
        quorum_size(voters.len() + 1)
    };
    if connected < needed {
        return Err(Refusal::NotConnected { connected, needed });
    }
    Ok(())
}

/// Whether the strict check accepts the removal of a voter. Learners may always be removed.
///
/// # Errors
///
/// The refusal that etcd would answer with.
pub fn would_remove_be_accepted(voters: &[Voter], id: MemberId) -> Result<(), Refusal> {
    let target = voters
        .iter()
        .find(|v| v.id == id)
        .ok_or(Refusal::NoSuchMember { id })?;
    let rest = voters.iter().filter(|v| v.id != id);
    let started = rest.filter(|v| v.started).count();
    // etcd takes a quorum of 1 even for nobody left, so the last voter cannot be removed.
    let needed = (voters.len() - 1) / 2 + 1;
    if started < needed {
        return Err(Refusal::NotEnoughStarted { started, needed });
    }
    if !target.connected {
        return Ok(());
    }
    let left = voters.iter().filter(|v| v.connected).count() - 1;
    if left < needed {
        return Err(Refusal::BreaksActiveQuorum { left, needed });
    }
    Ok(())
}

/// Whether the strict check accepts the promotion of a learner (its progress apart: the leader
/// wants 90 % of its own match index).
///
/// # Errors
///
/// The refusal that etcd would answer with.
pub fn would_promote_be_accepted(voters: &[Voter]) -> Result<(), Refusal> {
    let started = voters.iter().filter(|v| v.started).count() + 1;
    let needed = quorum_size(voters.len() + 1);
    if started < needed {
        return Err(Refusal::NotEnoughStarted { started, needed });
    }
    Ok(())
}

/// Whether the voters that are known to be healthy still are a quorum once `id` is gone. Stricter
/// than etcd: unknown voters do not count.
pub fn removal_keeps_quorum(voters: &[(MemberId, MemberHealth)], id: MemberId) -> bool {
    let rest: Vec<_> = voters.iter().filter(|(voter, _)| *voter != id).collect();
    let healthy = rest.iter().filter(|(_, h)| h.is_healthy()).count();
    !rest.is_empty() && healthy >= quorum_size(rest.len())
}

/// The voters of an observation, as far as can be told from outside.
pub fn voters_of(members: &[MemberView<'_>]) -> Vec<Voter> {
    members
        .iter()
        .filter_map(|m| m.listed().map(|l| (l, m)))
        .filter(|(listed, _)| !listed.is_learner)
        .map(|(listed, m)| Voter {
            id: listed.id,
            started: listed.is_started(),
            connected: m.health.is_healthy(),
        })
        .collect()
}
