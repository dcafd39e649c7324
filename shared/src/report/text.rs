use std::fmt::Write as _;

use super::columns;
use super::table::table;
use crate::invocation::in_own_words;
use crate::model::{Assessment, Finding, ListSource, Severity, Verdict};
use crate::output::Style;

/// The report for a person: the verdict first, then the members, then what is wrong, worst first.
pub fn text(assessment: &Assessment, wide: bool, headers: bool) -> String {
    let mut out = String::new();
    if headers {
        out.push_str(&head(assessment));
        out.push('\n');
    }
    let mut names = columns::NARROW.to_vec();
    if wide {
        names.extend(columns::WIDE);
    }
    out.push_str(&table(
        headers.then_some(names.as_slice()),
        &columns::rows(assessment, wide),
    ));
    // What changes no verdict must not push what does off the screen.
    let (notable, minor): (Vec<_>, Vec<_>) = assessment
        .findings
        .iter()
        .partition(|finding| wide || finding.severity > Severity::Info);
    for (number, finding) in notable.into_iter().enumerate() {
        out.push('\n');
        out.push_str(&one(number + 1, finding));
    }
    if !minor.is_empty() {
        out.push_str("\nworth knowing (`-o wide` tells more):\n");
    }
    for finding in minor {
        let _ = writeln!(
            out,
            "   {}: {}  [{}]",
            finding.subject, finding.title, finding.id
        );
    }
    out
}

fn head(assessment: &Assessment) -> String {
    let verdict = assessment.verdict;
    let style = match verdict {
        Verdict::Healthy => Style::Good,
        Verdict::Warning | Verdict::Unknown => Style::Warning,
        Verdict::Degraded | Verdict::QuorumLost => Style::Bad,
    };
    let word = style.paint(verdict.to_string().to_uppercase());
    let mut out = format!("{word}  {}\n", assessment.summary);
    let seen = &assessment.observation;
    let mut facts = Vec::new();
    if let Some(id) = seen.cluster_id {
        facts.push(format!("cluster {id}"));
    }
    facts.push(format!(
        "reached via {} ({})",
        seen.access.via, seen.access.source
    ));
    if let Some(kubernetes) = &seen.kubernetes {
        let context = kubernetes
            .context
            .as_deref()
            .map(|c| format!(" of context {c}"))
            .unwrap_or_default();
        facts.push(match &kubernetes.reachable {
            Some(Ok(())) => format!("API server{context} answers"),
            Some(Err(_)) => format!("API server {} does not answer", kubernetes.server),
            None => format!("API server {} not asked", kubernetes.server),
        });
    }
    let _ = writeln!(out, "{}", Style::Dim.paint(facts.join(", ")));
    let list = match &seen.list_source {
        ListSource::Linearizable { .. } => None,
        ListSource::Serializable { member } => Some(format!(
            "the member list is {member}'s own, without quorum: it may be old"
        )),
        ListSource::Configuration => Some(
            "the members are those of the containers' own flags: no member told a list".to_owned(),
        ),
        ListSource::Cache => {
            Some("the members are those that an earlier run saw: no member told a list".to_owned())
        }
        ListSource::None => Some("no member list could be had".to_owned()),
    };
    for note in list.iter().chain(&seen.access.notes) {
        let _ = writeln!(out, "{}", Style::Dim.paint(format!("note: {note}")));
    }
    out
}

fn one(number: usize, finding: &Finding) -> String {
    let style = match finding.severity {
        Severity::Critical | Severity::Degraded => Style::Bad,
        Severity::Warning => Style::Warning,
        Severity::Info => Style::Dim,
    };
    let severity = style.paint(finding.severity.to_string().to_uppercase());
    let title = Style::Heading.paint(format!("{}: {}", finding.subject, finding.title));
    let mut out = format!("{number}. {severity}  {title}  [{}]\n", finding.id);
    for evidence in &finding.evidence {
        line(
            &mut out,
            "seen",
            &format!("{} ({})", evidence.text.trim_end(), evidence.source),
        );
    }
    line(&mut out, "why", &finding.cause);
    line(&mut out, "do", &in_own_words(&finding.remedy.text));
    for command in &finding.remedy.commands {
        line(&mut out, "", &format!("$ {}", in_own_words(command)));
    }
    if !finding.echoes.is_empty() {
        line(&mut out, "with it", &finding.echoes.join(", "));
    }
    if !finding.reference.is_empty() {
        line(&mut out, "read", &finding.reference);
    }
    out
}

fn line(out: &mut String, label: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let mut lines = text.lines();
    if let Some(first) = lines.next() {
        let _ = writeln!(out, "   {label:<8} {first}");
    }
    for more in lines {
        let _ = writeln!(out, "   {:<8} {more}", "");
    }
}
