// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use crate::db::fault::Severity;

/// The judgement on a file or a data dir, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is wrong with it.
    Sound,
    /// It can be used, but something wants a look.
    Warning,
    /// It changed while it was read, or part of it could not be read: nothing can be said.
    Unknown,
    /// It is damaged.
    Damaged,
}

impl Verdict {
    /// The exit code of `kubectl etcd-health db`.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Sound => 0,
            Self::Unknown => 1,
            Self::Warning => 3,
            Self::Damaged => 4,
        }
    }

    /// The verdict the worst of some faults leads to.
    pub(crate) fn of_worst(worst: Option<Severity>) -> Self {
        match worst {
            Some(Severity::Damage) => Self::Damaged,
            Some(Severity::Warning) => Self::Warning,
            Some(Severity::Note) | None => Self::Sound,
        }
    }

    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Damaged => "damaged",
        }
    }
}
