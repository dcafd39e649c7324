// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::{Finding, MemberAssessment, MemberId, Observation};

/// Name and version of the report's JSON shape.
pub const REPORT_SCHEMA: &str = "kubectl-etcd/report/v1";

/// The one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every member is healthy and nothing needs a look.
    Healthy,
    /// Works; something needs a look.
    Warning,
    /// Works, with less than it should have.
    Degraded,
    /// No quorum: no writes, no linearizable reads.
    QuorumLost,
    /// Could not be told.
    Unknown,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Healthy => "healthy",
            Self::Warning => "warning",
            Self::Degraded => "degraded",
            Self::QuorumLost => "quorum lost",
            Self::Unknown => "unknown",
        })
    }
}

/// Quorum arithmetic of the cluster as seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuorumFacts {
    /// Voters in the member list (learners do not vote).
    pub voters: usize,
    /// Voters that are healthy: a linearizable read answered with the list's cluster and member id.
    pub healthy_voters: usize,
    /// Voters of which it is not known whether they live.
    pub unknown_voters: usize,
    /// ⌊voters/2⌋ + 1.
    pub quorum: usize,
    /// How many more failures the cluster survives: healthy − quorum, negative when quorum is
    /// lost; 0 where a linearizable read proves a quorum that cannot all be seen from here.
    pub tolerance: i64,
}

/// The conclusion: what `-o json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// The one word.
    pub verdict: Verdict,
    /// One sentence for a person.
    pub summary: String,
    /// Quorum arithmetic.
    pub quorum: QuorumFacts,
    /// Ids of the healthy members.
    pub healthy_members: Vec<MemberId>,
    /// Every member and how it does, in the observation's order.
    pub members: Vec<MemberAssessment>,
    /// Findings, worst first.
    pub findings: Vec<Finding>,
    /// What they were concluded from.
    pub observation: Observation,
}
