// SPDX-License-Identifier: Apache-2.0

use crate::model::{MemberHealth, MemberObservation, QuorumFacts};

/// Voters that must agree: ⌊voters/2⌋ + 1, and 0 where there are none.
pub fn quorum_size(voters: usize) -> usize {
    if voters == 0 { 0 } else { voters / 2 + 1 }
}

/// How many more voters may fail: healthy − quorum, negative when there are too few.
pub fn tolerance(healthy_voters: usize, voters: usize) -> i64 {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    count(healthy_voters) - count(quorum_size(voters))
}

/// The arithmetic over members and their health. Learners and unlisted processes do not count.
///
/// A voter is healthy only when a linearizable read succeeded, and such a read needs a quorum at
/// that moment: one healthy voter therefore proves that quorum holds, even where too few voters
/// can be reached from here to count it. Then the tolerance is 0, not negative.
pub fn quorum_facts<'a>(
    members: impl Iterator<Item = (&'a MemberObservation, &'a MemberHealth)>,
) -> QuorumFacts {
    let mut facts = QuorumFacts::default();
    for (member, health) in members {
        let Some(listed) = &member.listed else {
            continue;
        };
        if listed.is_learner {
            continue;
        }
        facts.voters += 1;
        match health {
            MemberHealth::Healthy => facts.healthy_voters += 1,
            MemberHealth::Unknown { .. } => facts.unknown_voters += 1,
            MemberHealth::Unhealthy { .. } => {}
        }
    }
    facts.quorum = quorum_size(facts.voters);
    facts.tolerance = tolerance(facts.healthy_voters, facts.voters);
    if facts.healthy_voters > 0 {
        facts.tolerance = facts.tolerance.max(0);
    }
    facts
}
