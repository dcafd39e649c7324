// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::logs::line::{Format, LogLine, Wrapper, shown};

/// A line as proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its number in the log, from 1.
    pub line: u64,
    /// When it was written.
    pub time: Option<Timestamp>,
    /// Its text without wrappers, shortened, secrets and control characters removed.
    pub text: String,
}

impl Evidence {
    pub(super) fn new(number: u64, inner: &str, line: &LogLine) -> Self {
        Self {
            line: number,
            time: line.time,
            text: shown(inner),
        }
    }
}

/// All lines of one life that match one signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The signature.
    pub id: String,
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first: Evidence,
    /// The last of them.
    pub last: Evidence,
    /// What the gaps of the text held last: page number, path, ids.
    pub captured: BTreeMap<String, String>,
    /// Ids of the members the lines are about.
    pub peers: Vec<String>,
    /// Other signatures found in the same lines.
    pub together_with: Vec<String>,
    /// It is over: the member served, the peer came back, a leader was elected.
    pub over: bool,
    /// The last times it was seen, oldest first, at most eight.
    pub recent: Vec<Timestamp>,
}

/// The end of a process as the log tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terminal {
    /// The line after which the process could not live on.
    pub evidence: Evidence,
    /// Its error text, where it has one apart from the message.
    pub error: Option<String>,
    /// The format of that line, which tells a panic from an orderly fatal error.
    pub format: Format,
    /// Whether a Go panic or crash followed or was it.
    pub panicked: bool,
    /// Whether a logger wrote it as fatal.
    pub fatal: bool,
    /// Signatures found in it and in the lines of the same end.
    pub ids: Vec<String>,
}

/// One run of the process, from its first lines to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LifeSummary {
    /// Its number in the log, from 1; 0 if the log begins after its start.
    pub number: u64,
    /// The first line.
    pub first_line: u64,
    /// The last line.
    pub last_line: u64,
    /// The line that says that clients are served.
    pub ready_line: Option<u64>,
    /// The signal it was told to stop with.
    pub signal: Option<String>,
    /// Its end, if it did not survive something.
    pub terminal: Option<Terminal>,
}

/// Who wrote the log, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The member's name.
    pub name: Option<String>,
    /// Its own id (hex).
    pub member_id: Option<String>,
    /// The id of the cluster its data belong to (hex).
    pub cluster_id: Option<String>,
    /// Its data directory.
    pub data_dir: Option<String>,
    /// etcd's version.
    pub version: Option<String>,
    /// Cluster ids of peers that differ (hex), at most eight.
    pub foreign_cluster_ids: Vec<String>,
    /// The id of a member that was removed: its own, or one that still talks to it (hex).
    pub removed_member_id: Option<String>,
}

/// A Go crash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanicSeen {
    /// Its first line.
    pub evidence: Evidence,
    /// The functions of the first goroutine behind it, innermost first, at most eight.
    pub functions: Vec<String>,
}

/// Figures about the whole log.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogStats {
    /// Lines read.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Lines that were longer than what is looked at, and lost their end.
    pub cut_lines: u64,
    /// The time of the first line that has one.
    pub first_time: Option<Timestamp>,
    /// The time of the last line that has one.
    pub last_time: Option<Timestamp>,
    /// Starts of the process seen.
    pub starts: u64,
    /// Lives that ended in something they could not survive.
    pub crashes: u64,
    /// The first structured format seen.
    pub format: Option<Format>,
    /// The first wrapper seen.
    pub wrapper: Option<Wrapper>,
}

/// What one reading of a log found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The life that is diagnosed: the last, or the one before if the last had only begun.
    pub life: LifeSummary,
    /// The signatures of that life; `over` marks those that ended.
    pub hits: Vec<Hit>,
    /// The signatures of lives before it.
    pub earlier: Vec<Hit>,
    /// The crashes of that life, at most four.
    pub panics: Vec<PanicSeen>,
    /// Who wrote the log.
    pub identity: Identity,
    /// Whether the log ends in the first lines of a further start.
    pub restarting: bool,
    /// Figures about the whole log.
    pub stats: LogStats,
}
