// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use super::columns;
use super::table::table;
use super::wrap::Room;
use crate::invocation::in_own_words;
use crate::model::{Assessment, Finding, ListSource, Severity, Verdict};
use crate::output::Style;

/// Columns of text before what a finding's lines say.
const LABELLED: usize = 12;

/// The report for a person: the verdict first, then the members, then what is wrong, worst first.
pub fn text(assessment: &Assessment, wide: bool, headers: bool, room: Room) -> String {
    let mut out = String::new();
    if headers {
        out.push_str(&head(assessment, room));
        out.push('\n');
    }
    out.push_str(&members(assessment, wide, headers, room));
    // What changes no verdict must not push what does off the screen.
    let (notable, minor): (Vec<_>, Vec<_>) = assessment
        .findings
        .iter()
        .partition(|finding| wide || finding.severity > Severity::Info);
    for (number, finding) in notable.into_iter().enumerate() {
        out.push('\n');
        out.push_str(&one(number + 1, finding, room));
    }
    if !minor.is_empty() {
        out.push_str("\nworth knowing (`-o wide` tells more):\n");
    }
    for finding in minor {
        let text = format!("{}: {}  [{}]", finding.subject, finding.title, finding.id);
        for line in room.lines(&text, 3) {
            let _ = writeln!(out, "   {line}");
        }
    }
    out
}

/// The table of the members. Where a terminal is too narrow for it, what matters least is left out;
/// asked for `-o wide` nothing is.
fn members(assessment: &Assessment, wide: bool, headers: bool, room: Room) -> String {
    let mut names = columns::NARROW.to_vec();
    if wide {
        names.extend(columns::WIDE);
    }
    let mut rows = columns::rows(assessment, wide);
    let mut spare = columns::SPARE.iter();
    loop {
        let table = table(headers.then_some(names.as_slice()), &rows);
        let fits = table
            .lines()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .all(|line| room.takes(line.chars().count()));
        let next = spare.next().filter(|_| !fits && !wide);
        let Some(at) = next.and_then(|name| names.iter().position(|n| n == name)) else {
            return table;
        };
        names.remove(at);
        for row in &mut rows {
            row.remove(at);
        }
    }
}

fn head(assessment: &Assessment, room: Room) -> String {
    let verdict = assessment.verdict;
    let style = match verdict {
        Verdict::Healthy => Style::Good,
        Verdict::Warning | Verdict::Unknown => Style::Warning,
        Verdict::Degraded | Verdict::QuorumLost => Style::Bad,
    };
    let word = verdict.to_string().to_uppercase();
    let beside = word.chars().count() + 2;
    let summary = room.lines(&assessment.summary, beside);
    let summary = summary.join(&format!("\n{:beside$}", ""));
    let mut out = format!("{}  {summary}\n", style.paint(word));
    dim(&mut out, &reached(assessment), room);
    for note in notes(assessment) {
        dim(&mut out, &format!("note: {note}"), room);
    }
    out
}

/// Which cluster it is and how it was reached.
pub(super) fn reached(assessment: &Assessment) -> String {
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
    facts.join(", ")
}

/// What a reader must know of where the list came from and of the way.
pub(super) fn notes(assessment: &Assessment) -> impl Iterator<Item = String> + '_ {
    let seen = &assessment.observation;
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
    list.into_iter().chain(seen.access.notes.iter().cloned())
}

/// Secondary text; what does not fit goes on under it, indented.
fn dim(out: &mut String, text: &str, room: Room) {
    for (number, line) in room.lines(text, 2).iter().enumerate() {
        let indentation = if number == 0 { "" } else { "  " };
        let _ = writeln!(out, "{indentation}{}", Style::Dim.paint(line));
    }
}

fn one(number: usize, finding: &Finding, room: Room) -> String {
    let style = match finding.severity {
        Severity::Critical | Severity::Degraded => Style::Bad,
        Severity::Warning => Style::Warning,
        Severity::Info => Style::Dim,
    };
    let severity = finding.severity.to_string().to_uppercase();
    let title = format!("{}: {}", finding.subject, finding.title);
    let id = &finding.id;
    let whole = format!("{number}. {severity}  {title}  [{id}]");
    let severity = style.paint(severity);
    let mut out = if room.takes(whole.chars().count()) {
        format!(
            "{number}. {severity}  {}  [{id}]\n",
            Style::Heading.paint(title)
        )
    } else {
        let mut out = format!("{number}. {severity}  [{id}]\n");
        for line in room.lines(&title, 3) {
            let _ = writeln!(out, "   {}", Style::Heading.paint(line));
        }
        out
    };
    for evidence in &finding.evidence {
        line(
            &mut out,
            "seen",
            &format!("{} ({})", evidence.text.trim_end(), evidence.source),
            room,
        );
    }
    line(&mut out, "why", &finding.cause, room);
    line(&mut out, "do", &in_own_words(&finding.remedy.text), room);
    for command in &finding.remedy.commands {
        // A command is copied: it stays on one line.
        let whole = Room::default();
        line(&mut out, "", &format!("$ {}", in_own_words(command)), whole);
    }
    if !finding.echoes.is_empty() {
        line(&mut out, "with it", &finding.echoes.join(", "), room);
    }
    if !finding.reference.is_empty() {
        line(&mut out, "read", &finding.reference, room);
    }
    out
}

fn line(out: &mut String, label: &str, text: &str, room: Room) {
    if text.is_empty() {
        return;
    }
    let mut lines = room.lines(text, LABELLED).into_iter();
    if let Some(first) = lines.next() {
        let _ = writeln!(out, "   {label:<8} {first}");
    }
    for more in lines {
        let _ = writeln!(out, "   {:<8} {more}", "");
    }
}
