// SPDX-License-Identifier: Apache-2.0

use jiff::{SignedDuration, Timestamp};

use super::human_bytes;
use crate::model::{
    Assessment, MemberAssessment, MemberHealth, MemberObservation, ProcessObservation, ProcessState,
};
use crate::output::Style;

/// Shown where a value is not known.
const UNKNOWN: &str = "<unknown>";

/// Headers of the narrow table.
pub const NARROW: &[&str] = &[
    "MEMBER",
    "STATUS",
    "ROLE",
    "VERSION",
    "DB SIZE",
    "RAFT INDEX",
    "ENDPOINT",
];

/// What a narrow terminal can do without, the first before the next.
pub const SPARE: &[&str] = &["RAFT INDEX", "VERSION", "DB SIZE"];

/// What `-o wide` adds.
pub const WIDE: &[&str] = &[
    "ID", "TERM", "APPLIED", "REVISION", "IN USE", "HASHKV", "READ", "NODE", "PROCESS", "RESTARTS",
];

/// One row a member, unreachable ones like any other.
pub fn rows(assessment: &Assessment, wide: bool) -> Vec<Vec<String>> {
    let members = assessment
        .observation
        .members
        .iter()
        .zip(&assessment.members);
    members
        .map(|(seen, judged)| {
            let mut row = narrow(seen, judged, assessment.observation.taken_at);
            if wide {
                row.extend(extra(seen));
            }
            row
        })
        .collect()
}

fn narrow(seen: &MemberObservation, judged: &MemberAssessment, now: Timestamp) -> Vec<String> {
    let status = seen.status.value();
    vec![
        seen.label.clone(),
        status_word(seen, judged, now),
        role(seen),
        status.map_or_else(|| UNKNOWN.to_owned(), |s| s.version.clone()),
        status.map_or_else(|| UNKNOWN.to_owned(), |s| human_bytes(s.db_size_bytes)),
        status.map_or_else(|| UNKNOWN.to_owned(), |s| s.raft_index.to_string()),
        seen.endpoint.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
    ]
}

/// The status in a word or two, readable without colour.
pub fn status_word(seen: &MemberObservation, judged: &MemberAssessment, now: Timestamp) -> String {
    let state = seen
        .process
        .as_ref()
        .map(|process| state_over_time(process, now));
    match (&judged.health, state) {
        (MemberHealth::Healthy, _) => Style::Good.paint("healthy"),
        (_, Some(ProcessState::Restarting)) => Style::Bad.paint("CRASH LOOP"),
        (_, Some(ProcessState::Exited)) => Style::Bad.paint("STOPPED"),
        (_, Some(ProcessState::Paused)) => Style::Bad.paint("PAUSED"),
        (_, Some(ProcessState::Created)) => Style::Bad.paint("NOT STARTED"),
        (MemberHealth::Unknown { .. }, _) => Style::Warning.paint("UNKNOWN"),
        (MemberHealth::Unhealthy { .. }, _) => Style::Bad.paint("UNHEALTHY"),
    }
}

/// The state with its recent past: a container that restarts over and over runs for a moment now
/// and then. Docker waits at most a minute between two attempts.
fn state_over_time(process: &ProcessObservation, now: Timestamp) -> ProcessState {
    let ended_lately = process
        .finished_at
        .is_some_and(|end| now.duration_since(end) < SignedDuration::from_mins(3));
    let restarted = process.restart_count.is_some_and(|count| count > 0);
    if process.state == ProcessState::Running && restarted && ended_lately {
        ProcessState::Restarting
    } else {
        process.state
    }
}

fn role(seen: &MemberObservation) -> String {
    let Some(listed) = &seen.listed else {
        return "not listed".to_owned();
    };
    let leads = seen.status.value().is_some_and(|s| s.leader == listed.id);
    match (leads, listed.is_learner, listed.is_started()) {
        (_, true, true) => "learner",
        (_, true, false) => "learner, unstarted",
        (_, false, false) => "voter, unstarted",
        (true, ..) => "leader",
        _ => "voter",
    }
    .to_owned()
}

fn extra(seen: &MemberObservation) -> Vec<String> {
    let status = seen.status.value();
    let unknown = || UNKNOWN.to_owned();
    let process = seen.process.as_ref();
    vec![
        seen.id().map_or_else(unknown, |id| id.to_string()),
        status.map_or_else(unknown, |s| s.raft_term.to_string()),
        status.map_or_else(unknown, |s| s.raft_applied_index.to_string()),
        status.map_or_else(unknown, |s| s.header.revision.to_string()),
        status.map_or_else(unknown, |s| human_bytes(s.db_size_in_use_bytes)),
        seen.hash_kv
            .value()
            .map_or_else(unknown, |h| format!("{:08x}", h.hash)),
        seen.linearizable_read
            .took_ms()
            .or_else(|| seen.serializable_read.took_ms())
            .map_or_else(unknown, |ms| format!("{ms:.1} ms")),
        seen.node
            .as_ref()
            .map_or_else(|| "<none>".to_owned(), |node| node.name.clone()),
        process.map_or_else(unknown, |p| p.state_text.clone()),
        process
            .and_then(|p| p.restart_count)
            .map_or_else(unknown, |n| n.to_string()),
    ]
}
