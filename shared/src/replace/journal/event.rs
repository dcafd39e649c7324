// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::MemberId;
use crate::replace::steps::StepId;

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    Begun {
        /// Run id.
        run: String,
        /// `user@machine`.
        who: String,
        /// Member name.
        member: String,
        /// What the user named it by.
        named: String,
        /// Cluster id, hex.
        cluster: String,
        /// The entry to remove; none where it was gone or unstarted already.
        old_id: Option<MemberId>,
        /// What and where its process is.
        place: String,
        /// Stamp in the names of what is set aside.
        stamp: String,
        /// Access flags in use.
        access_flags: Vec<String>,
    },
    /// It goes on after an interruption.
    Resumed,
    /// A step begins: its effects may or may not have happened when no `done` follows.
    Step {
        /// The step.
        step: StepId,
    },
    /// A step is done.
    Done {
        /// The step.
        step: StepId,
    },
    /// A verified snapshot lies here.
    Snapshot {
        /// Path on this machine.
        path: String,
        /// sha256 of its pages, hex.
        sha256: String,
        /// Bytes.
        bytes: u64,
        /// The member that it came from.
        from: String,
        /// What its check took, in milliseconds.
        check_ms: u64,
    },
    /// The definition was saved beside this file.
    Saved {
        /// Restart policy before.
        restart_policy: String,
        /// Whether it ran.
        was_running: bool,
    },
    /// Data was set aside.
    SetAside {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// The new entry.
    Added {
        /// Its id.
        id: MemberId,
        /// Whether it is a learner.
        learner: bool,
    },
    /// A CORRUPT alarm was disarmed.
    Disarmed {
        /// Whose.
        id: MemberId,
    },
    /// The run ended.
    Finished {
        /// How.
        outcome: Outcome,
    },
}

/// How a run ended for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Replaced and verified.
    Replaced,
    /// Refused before anything that lasts; all is as before.
    Refused,
    /// Taken back; all is as before.
    RolledBack,
    /// Taken back as far as that goes: the old member is gone and no new one is there.
    Withdrawn,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Replaced => "replaced",
            Self::Refused => "refused",
            Self::RolledBack => "rolled back",
            Self::Withdrawn => "withdrawn",
        })
    }
}
