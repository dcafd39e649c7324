// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Severity, Verdict};

use super::{MemberView, RuleInput};

/// One sentence for a person at three in the morning.
pub(super) fn summary(input: &RuleInput<'_>, verdict: Verdict, findings: &[Finding]) -> String {
    match verdict {
        Verdict::Healthy => format!("{}; {}", all_healthy(input), survives(input)),
        Verdict::Warning => format!(
            "{}; {}; {}",
            all_healthy(input),
            survives(input),
            need_a_look(findings)
        ),
        Verdict::Degraded => degraded(input, findings),
        Verdict::QuorumLost => quorum_lost(input),
        Verdict::Unknown => unknown(input),
    }
}

fn all_healthy(input: &RuleInput<'_>) -> String {
    match input.quorum.voters {
        1 => "the one member is healthy".to_owned(),
        n => format!("all {n} voting members are healthy"),
    }
}

/// "the cluster survives …", from the tolerance.
fn survives(input: &RuleInput<'_>) -> String {
    match input.quorum.tolerance {
        i64::MIN..=0 => "the cluster survives no further failure".to_owned(),
        1 => "the cluster survives one more failure".to_owned(),
        n => format!("the cluster survives {n} more failures"),
    }
}

fn need_a_look(findings: &[Finding]) -> String {
    let count = findings
        .iter()
        .filter(|f| f.severity >= Severity::Warning)
        .count();
    match count {
        1 => "one thing needs a look".to_owned(),
        n => format!("{n} things need a look"),
    }
}

fn degraded(input: &RuleInput<'_>, findings: &[Finding]) -> String {
    let voters = input.quorum.voters;
    let down = voters_where(input, |m| !m.health.is_healthy() && !m.health.is_unknown());
    let unknown = voters_where(input, |m| m.health.is_unknown());
    let mut parts = Vec::new();
    if !down.is_empty() {
        parts.push(format!(
            "{} of {voters} members {} down ({})",
            down.len(),
            is_are(down.len()),
            down.join(", ")
        ));
    }
    if !unknown.is_empty() {
        parts.push(format!(
            "{} of {voters} members cannot be reached or told about ({}), which does not mean dead",
            unknown.len(),
            unknown.join(", ")
        ));
    }
    if parts.is_empty() {
        let worst = findings.first().map_or("", |f| f.title.as_str());
        return format!(
            "every voting member answers, but {worst}; {}",
            survives(input)
        );
    }
    format!(
        "{}; the cluster still has quorum and {}",
        parts.join(" and "),
        survives(input).trim_start_matches("the cluster ")
    )
}

fn quorum_lost(input: &RuleInput<'_>) -> String {
    let quorum = &input.quorum;
    let alive = voters_where(input, |m| m.seen.answered());
    let mut text = format!(
        "quorum is lost: {} of {} voting members answer, {} must agree; \
         no writes and no consistent reads until then",
        alive.len(),
        quorum.voters,
        quorum.quorum
    );
    if quorum.unknown_voters > 0 {
        text.push_str(&format!(
            " ({} cannot be reached from here and may live)",
            quorum.unknown_voters
        ));
    }
    text
}

fn unknown(input: &RuleInput<'_>) -> String {
    if input.members.is_empty() {
        return "no etcd member was found, so nothing can be told".to_owned();
    }
    if input.members.iter().any(|m| m.seen.answered()) {
        return "something answers, but not enough to tell whether the cluster has a quorum"
            .to_owned();
    }
    let noun = if input.observation.listed().next().is_some() {
        "members"
    } else {
        "endpoints or processes"
    };
    format!(
        "none of the {} {noun} answered, so nothing can be told about the cluster",
        input.members.len()
    )
}

fn voters_where<'a>(
    input: &'a RuleInput<'_>,
    keep: impl Fn(&MemberView<'_>) -> bool,
) -> Vec<&'a str> {
    input
        .members
        .iter()
        .filter(|m| m.is_voter() && keep(m))
        .map(|m| m.label())
        .collect()
}

fn is_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
