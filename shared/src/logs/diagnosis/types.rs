// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::logs::catalogue::Severity;
use crate::logs::scan::{Evidence, Identity, LogStats, PanicSeen};

/// What a log says in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing is wrong now.
    Sound,
    /// Something needs a look.
    Warning,
    /// Something does not work.
    Damaged,
}

impl Verdict {
    /// The exit code of `logs`: 0 sound, 3 warning, 4 damaged. (1 is an unreadable log.)
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Sound => 0,
            Self::Warning => 3,
            Self::Damaged => 4,
        }
    }
}

/// What the process was doing where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// It served clients.
    Serving,
    /// It had started and did not serve yet.
    Starting,
    /// It ended in something it could not survive.
    Crashed,
    /// It was told to stop.
    Stopped,
    /// The log begins after its start and tells of no end.
    Running,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitKind {
    /// A Go panic or crash: exit code 2.
    Panic,
    /// A fatal error that etcd reported: exit code 1.
    Fatal,
    /// It left because it was removed from the cluster: exit code 0, in newer releases 1.
    Removed,
    /// A signal.
    Signal,
    /// Killed from outside without a word of its own: exit code 137.
    Killed,
}

/// The end of the process and the exit code that goes with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitNote {
    /// How it ended.
    pub kind: ExitKind,
    /// The exit code the process usually has then.
    pub code: Option<u8>,
    /// The same as a sentence.
    pub text: String,
}

/// One signature found, ready to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The signature's id; `unlisted-fatal` if the catalogue does not know the text.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter, in one clause, with the captured values in it.
    pub cause: String,
    /// What to do.
    pub remedy: String,
    /// The command that does it.
    pub command: Option<String>,
    /// Where to read on.
    pub references: Vec<String>,
    /// How many lines said so.
    pub count: u64,
    /// The first of them.
    pub first: Evidence,
    /// The last of them.
    pub last: Evidence,
    /// Values from the lines: page numbers, paths, ids.
    pub captured: BTreeMap<String, String>,
    /// Ids of the members concerned.
    pub peers: Vec<String>,
}

/// The part of the log that was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Number of the life that was judged, from 1; 0 if the log begins after its start.
    pub life: u64,
    /// Its first line.
    pub first_line: u64,
    /// The log ends in the first lines of a further start.
    pub restarting: bool,
    /// Figures about the whole log.
    #[serde(flatten)]
    pub stats: LogStats,
}

/// The diagnosis of one member's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogDiagnosis {
    /// In one word.
    pub verdict: Verdict,
    /// What the member was doing at the end.
    pub state: MemberState,
    /// What everything else follows from.
    pub cause: Option<Finding>,
    /// What follows from the cause, or is another member's trouble seen from here.
    pub echoes: Vec<Finding>,
    /// What stands beside it and needs a look of its own.
    pub others: Vec<Finding>,
    /// What is only worth knowing: too rare or too long ago to act on.
    pub noted: Vec<Finding>,
    /// What was wrong earlier and is over.
    pub earlier: Vec<Finding>,
    /// The crashes of the life that was judged.
    pub panics: Vec<PanicSeen>,
    /// How the process ended, if it did.
    pub exit: Option<ExitNote>,
    /// Who wrote the log.
    pub identity: Identity,
    /// What was read.
    pub window: Window,
}
