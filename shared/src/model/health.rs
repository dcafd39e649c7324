// SPDX-License-Identifier: Apache-2.0

use serde::{Deserialize, Serialize};

use super::MemberId;

/// Whether a member does its work. Unknown is not dead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum MemberHealth {
    /// It answered a linearizable read (a learner: a serializable one), and the cluster and
    /// member id of that answer are the list's.
    Healthy,
    /// It is known not to do its work.
    Unhealthy {
        /// Why, as a few words.
        reason: String,
    },
    /// It cannot be told from here whether it lives.
    Unknown {
        /// Why not, as a few words.
        reason: String,
    },
}

impl MemberHealth {
    /// Whether it is healthy.
    pub fn is_healthy(&self) -> bool {
        matches!(self, Self::Healthy)
    }

    /// Whether it cannot be told.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Why it is not healthy, where it is not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Healthy => None,
            Self::Unhealthy { reason } | Self::Unknown { reason } => Some(reason),
        }
    }
}

/// One member's line of the conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberAssessment {
    /// Its id, where known.
    pub id: Option<MemberId>,
    /// Its name to show.
    pub label: String,
    /// Whether it does its work.
    pub health: MemberHealth,
    /// Id of the worst finding about it.
    pub top_finding: Option<String>,
}
