// SPDX-License-Identifier: Apache-2.0

use crate::logs::{Finding as LogFinding, MemberState, Severity as LogSeverity};
use crate::model::{Finding, ProcessState, Severity};
use crate::rules::log_reading::{LogReading, damages_data, is_complaint, signature};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

use super::{alarms, certificates, clock, consistency, disk, identity, load, process};

/// What the end of a member's log says. The ids are the log signatures' own
/// (docs/log-signatures.md), except where a rule sees the same from outside: then the rule's.
pub const FAMILY: Family = Family {
    name: "logs",
    rules: &[],
    check,
};

/// Signatures that say what a rule says: one id for one trouble, however it shows.
const SAME_AS: &[(&str, &Rule)] = &[
    ("tls-expired", &certificates::EXPIRED),
    ("tls-unknown-ca", &certificates::FOREIGN),
    ("db-flock", &process::LOCKED),
    ("oom", &process::OOM),
    ("nospace", &alarms::NOSPACE),
    ("cluster-id-mismatch", &identity::MISMATCH),
    ("hash-divergence", &consistency::HASH),
    ("slow-fsync", &disk::SLOW),
    ("slow-heartbeat", &disk::SLOW),
    ("slow-apply", &load::SLOW_APPLIES),
    ("fd-limit", &load::FILES),
    ("clock", &clock::DIFFERS),
];

/// Alarms are read from etcd itself; what the log says of them is older.
const TOLD_BY_ALARMS: &[&str] = &["nospace", "alarm-raised", "corrupt-cluster"];

/// Not deadly, but over as soon as the member answers.
const OVER_ONCE_IT_ANSWERS: &[&str] = &["db-flock", "publish", "discovery"];

/// From this rank of the catalogue on it is housekeeping, such as a left-over v2 store.
const HOUSEKEEPING: u8 = 80;

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for member in &input.members {
        let Some(log) = &member.log else { continue };
        if member.listed().is_none() {
            findings.extend(left_over(input, member, log));
        } else if member.health.is_healthy() {
            findings.extend(log.troubles().filter_map(|f| healthy(member, log, f)));
        } else {
            findings.extend(log.everything().map(|f| sick(input, member, log, f)));
        }
    }
}

/// A sick member: the cause of its trouble, and beneath it all else that its log holds.
fn sick(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    log: &LogReading,
    found: &LogFinding,
) -> Finding {
    // Somebody stopped it: then nothing that its log complained of is why it does not run.
    let stopped = log.diagnosis.state == MemberState::Stopped;
    let rank = if is_housekeeping(found) {
        // It never kept a member from running, and it explains nothing.
        let finding = shown(member, log, found);
        return Finding {
            severity: Severity::Info,
            rank: rank::SYMPTOM,
            ..finding
        };
    } else if stopped {
        rank::SYMPTOM
    } else if waits_for_its_disk(member, log, found) {
        rank::CAUSE + 3
    } else if is_complaint(found, false) {
        rank::SYMPTOM
    } else if log.ended_in(found) {
        rank::CAUSE + 24
    } else if is_cause(log, found) {
        rank::CAUSE + 10
    } else {
        rank::CAUSE + 2
    };
    let mut finding = shown(member, log, found);
    finding.severity = Severity::Degraded;
    finding.rank = rank;
    if found.id == identity::MISMATCH.id
        && let Some(why) = identity::explain_from_log(input, member, found)
    {
        finding.cause.push_str("; ");
        finding.cause.push_str(&why);
    }
    with_remedy(input, member, found, finding)
}

/// What is no trouble by itself, such as foreign files in the data folder.
fn is_housekeeping(found: &LogFinding) -> bool {
    let Some(signature) = signature(found) else {
        return false;
    };
    signature.rank >= HOUSEKEEPING && found.severity < LogSeverity::Fatal
}

/// A process that runs, does not answer and complains of its own disk: that is why.
fn waits_for_its_disk(member: &MemberView<'_>, log: &LogReading, found: &LogFinding) -> bool {
    let runs = member
        .seen
        .process
        .as_ref()
        .is_some_and(|process| process.state == ProcessState::Running);
    runs && log.diagnosis.state != MemberState::Crashed && id(found) == "slow-fsync"
}

fn id(found: &LogFinding) -> &str {
    &found.id
}

fn is_cause(log: &LogReading, found: &LogFinding) -> bool {
    let cause = log.diagnosis.cause.as_ref();
    cause.is_some_and(|cause| cause.id == found.id)
}

/// A healthy member: only what is its own, and only what still matters. What kept it from running
/// is over, since it runs.
fn healthy(member: &MemberView<'_>, log: &LogReading, found: &LogFinding) -> Option<Finding> {
    let over = found.severity == LogSeverity::Fatal || OVER_ONCE_IT_ANSWERS.contains(&id(found));
    if over || is_complaint(found, true) || TOLD_BY_ALARMS.contains(&id(found)) {
        return None;
    }
    let severity = match found.severity {
        _ if is_housekeeping(found) => Severity::Info,
        _ => Severity::Warning,
    };
    let finding = shown(member, log, found);
    let severity = match same_as(member, found) {
        Some(rule) => rule.severity,
        None => severity,
    };
    Some(Finding {
        severity,
        // What it can live with explains nothing else.
        rank: finding.rank.min(rank::OWN + 5),
        ..finding
    })
}

/// A process that no list names, and why it does not run: a removed member, or one whose start
/// does not fit the entry that was made for it.
fn left_over(input: &RuleInput<'_>, member: &MemberView<'_>, log: &LogReading) -> Option<Finding> {
    let cause = log.diagnosis.cause.as_ref()?;
    let process = member.seen.process.as_ref()?;
    if !log.ended_in(cause) || process.state == ProcessState::Exited && !is_removed(cause) {
        return None;
    }
    let mut finding = shown(member, log, cause);
    finding.severity = Severity::Degraded;
    finding.rank = rank::CAUSE + 24;
    Some(with_remedy(input, member, cause, finding))
}

/// etcd leaves with exit code 0 when it was removed.
fn is_removed(found: &LogFinding) -> bool {
    found.id == "member-removed"
}

/// The finding with the very line.
fn shown(member: &MemberView<'_>, log: &LogReading, found: &LogFinding) -> Finding {
    let place = log.place(found);
    if let Some(rule) = same_as(member, found) {
        let mut finding = rule
            .finding(member.subject(), found.cause.clone())
            .shown_by(place, &found.last.text);
        if rule.id != found.id {
            finding.echoes.push(found.id.clone());
        }
        return finding;
    }
    let title =
        signature(found).map_or("etcd stopped with an unknown message", |s| s.title.as_str());
    Finding {
        id: found.id.clone(),
        severity: Severity::Degraded,
        subject: member.subject(),
        title: title.to_owned(),
        evidence: Vec::new(),
        cause: found.cause.clone(),
        remedy: crate::model::Remedy {
            text: found.remedy.clone(),
            commands: Vec::new(),
        },
        reference: found.references.join(", "),
        echoes: Vec::new(),
        rank: rank::OWN,
    }
    .shown_by(place, &found.last.text)
}

/// The rule that says the same. A line about certificates may be about another member's, so it
/// is only this member's where its own handshake does not say otherwise.
fn same_as(member: &MemberView<'_>, found: &LogFinding) -> Option<&'static Rule> {
    let (_, rule) = SAME_AS.iter().find(|(id, _)| *id == found.id)?;
    let about_certificates = found.id.starts_with("tls-");
    if about_certificates && certificates::are_sound(member) {
        return None;
    }
    Some(rule)
}

/// The catalogue's remedy, with a replacement only where it can lose nothing.
fn with_remedy(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    found: &LogFinding,
    mut finding: Finding,
) -> Finding {
    finding.remedy.text.clone_from(&found.remedy);
    let replaces = found
        .command
        .as_ref()
        .is_some_and(|command| command.contains("etcd-replace"));
    if !replaces {
        return finding;
    }
    match input.replacement_blocked(member) {
        None => finding.with_commands(input.replace_command(member)),
        Some(reason) => {
            let text = format!("Do not replace it now: {reason}. {}", found.remedy);
            finding.remedied(text)
        }
    }
}

/// Whether the log says that this member's own files are damaged, so that starting it again is
/// in vain.
pub(super) fn data_is_damaged(member: &MemberView<'_>) -> bool {
    member
        .log
        .as_ref()
        .and_then(|log| log.diagnosis.cause.as_ref())
        .is_some_and(damages_data)
}
