// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;

use crate::model::{
    ListedMember, MemberHealth, MemberObservation, Observation, ProbeError, ProbeErrorKind,
    QuorumFacts, Subject, Version,
};

use super::health::member_health;
use super::log_reading::LogReading;
use super::quorum::quorum_facts;
use super::urls::host;

/// What a rule sees: the observation, with what every rule would compute again.
#[derive(Debug)]
pub struct RuleInput<'a> {
    /// The observation.
    pub observation: &'a Observation,
    /// Its members with their health, in an order that does not depend on the observation's.
    pub members: Vec<MemberView<'a>>,
    /// Quorum arithmetic.
    pub quorum: QuorumFacts,
}

/// One member with its health.
#[derive(Clone, Debug)]
pub struct MemberView<'a> {
    /// What was seen.
    pub seen: &'a MemberObservation,
    /// Whether it does its work.
    pub health: MemberHealth,
    /// What the end of its log says.
    pub log: Option<LogReading>,
}

impl<'a> RuleInput<'a> {
    /// Prepares an observation for the rules.
    pub fn new(observation: &'a Observation) -> Self {
        let mut members: Vec<_> = observation
            .members
            .iter()
            .map(|seen| MemberView {
                seen,
                health: member_health(observation, seen),
                log: LogReading::of(seen),
            })
            .collect();
        members.sort_by(|a, b| a.order().cmp(&b.order()));
        let quorum = quorum_facts(members.iter().map(|m| (m.seen, &m.health)));
        Self {
            observation,
            members,
            quorum,
        }
    }

    /// When the observation was taken: the rules' only clock.
    pub fn now(&self) -> Timestamp {
        self.observation.taken_at
    }

    /// Members of the list.
    pub fn listed(&self) -> impl Iterator<Item = (&'a ListedMember, &MemberView<'a>)> {
        self.members
            .iter()
            .filter_map(|m| m.seen.listed.as_ref().map(|l| (l, m)))
    }

    /// Members that answered as what they should be: their word about the cluster counts.
    pub fn own(&self) -> impl Iterator<Item = &MemberView<'a>> + Clone {
        self.members.iter().filter(|m| {
            let Some(status) = m.seen.status.value() else {
                return false;
            };
            let right_cluster = self
                .observation
                .cluster_id
                .is_none_or(|id| id == status.header.cluster_id);
            let right_member = m.listed().is_some_and(|l| l.id == status.header.member_id);
            right_cluster && right_member
        })
    }

    /// The version of the cluster's members: the lowest that answers.
    pub fn lowest_version(&self) -> Option<Version> {
        self.own().filter_map(|m| m.seen.version()).min()
    }

    /// Whether a quorum was proven: some voter answered a linearizable read.
    pub fn quorum_holds(&self) -> bool {
        self.quorum.healthy_voters > 0
    }
}

impl<'a> MemberView<'a> {
    /// Its entry in the list.
    pub fn listed(&self) -> Option<&'a ListedMember> {
        self.seen.listed.as_ref()
    }

    /// Name to show.
    pub fn label(&self) -> &'a str {
        &self.seen.label
    }

    /// The name that `kubectl etcd-replace node` takes: the member's, else the process's, else the
    /// node's, else its address (an entry that never started has no name).
    pub fn name_to_replace(&self) -> &'a str {
        let seen = self.seen;
        if let Some(listed) = self.listed().filter(|l| l.is_started()) {
            return &listed.name;
        }
        let process = seen.process.as_ref().and_then(|p| p.config.get("name"));
        let node = seen.node.as_ref().map(|n| n.name.as_str());
        let address = self
            .listed()
            .and_then(|l| l.peer_urls.first())
            .and_then(|url| host(url));
        process.or(node).or(address).unwrap_or(&seen.label)
    }

    /// The subject of a finding about it.
    pub fn subject(&self) -> Subject {
        Subject::Member {
            id: self.seen.id(),
            name: self.seen.label.clone(),
        }
    }

    /// Whether it is listed as a voter.
    pub fn is_voter(&self) -> bool {
        self.listed().is_some_and(|l| !l.is_learner)
    }

    /// The endpoint asked, or a word for it.
    pub fn endpoint(&self) -> &'a str {
        self.seen.endpoint.as_deref().unwrap_or("its endpoint")
    }

    /// The first error of the calls of etcd's API: the one that tells what is wrong with the way.
    pub fn api_error(&self) -> Option<&'a ProbeError> {
        self.seen
            .status
            .error()
            .or_else(|| self.seen.linearizable_read.error())
            .or_else(|| self.seen.serializable_read.error())
    }

    /// Whether nothing of etcd's API answered and the first error is of one of these kinds.
    pub fn silent_with(&self, kinds: &[ProbeErrorKind]) -> Option<&'a ProbeError> {
        if self.seen.answered() {
            return None;
        }
        self.api_error().filter(|e| kinds.contains(&e.kind))
    }

    /// Where it stands among the others, whatever order it was observed in.
    fn order(&self) -> impl Ord + use<'a> {
        let process = self.seen.process.as_ref();
        (
            self.seen.listed.is_none(),
            &self.seen.label,
            self.seen.id(),
            &self.seen.endpoint,
            process.map(|p| (&p.seen_on, &p.name)),
        )
    }
}
