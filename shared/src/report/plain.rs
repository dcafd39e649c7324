// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use super::columns;
use super::text::{notes, reached};
use crate::invocation::in_own_words;
use crate::model::{Assessment, Finding};

/// The report for a screen reader (`--plain`): one sentence a fact, each understood without the
/// place where it stands.
pub fn plain(assessment: &Assessment, wide: bool, headers: bool) -> String {
    let mut out = String::new();
    if headers {
        let _ = writeln!(
            out,
            "Verdict: {}. {}.",
            assessment.verdict, assessment.summary
        );
        let _ = writeln!(out, "Seen: {}.", reached(assessment));
        for note in notes(assessment) {
            let _ = writeln!(out, "Note: {note}.");
        }
    }
    let names = columns::NARROW
        .iter()
        .chain(if wide { columns::WIDE } else { &[] });
    let names: Vec<String> = names.map(|name| name.to_lowercase()).collect();
    for row in columns::rows(assessment, wide) {
        let mut cells = row
            .iter()
            .map(|cell| anstream::adapter::strip_str(cell).to_string());
        let member = cells.next().unwrap_or_default();
        let status = cells.next().unwrap_or_default().to_lowercase();
        let facts: Vec<String> = names
            .iter()
            .skip(2)
            .zip(cells)
            .filter(|(_, cell)| !matches!(cell.as_str(), "" | "<unknown>" | "<none>"))
            .map(|(name, cell)| format!(", {name} {cell}"))
            .collect();
        let _ = writeln!(out, "Member {member}: {status}{}.", facts.concat());
    }
    let count = assessment.findings.len();
    if headers {
        let _ = writeln!(out, "Findings: {count}.");
    }
    for (number, finding) in assessment.findings.iter().enumerate() {
        one(&mut out, number + 1, count, finding);
    }
    out
}

fn one(out: &mut String, number: usize, count: usize, finding: &Finding) {
    let _ = writeln!(
        out,
        "Finding {number} of {count}, {}, {}: {}. Id {}.",
        finding.severity, finding.subject, finding.title, finding.id
    );
    for evidence in &finding.evidence {
        let text = evidence.text.trim_end();
        let _ = writeln!(out, "Evidence, from {}: {text}", evidence.source);
    }
    let _ = writeln!(out, "Cause: {}", finding.cause);
    if !finding.remedy.text.is_empty() {
        let _ = writeln!(out, "Remedy: {}", in_own_words(&finding.remedy.text));
    }
    for command in &finding.remedy.commands {
        let _ = writeln!(out, "Command: {}", in_own_words(command));
    }
    if !finding.echoes.is_empty() {
        let _ = writeln!(out, "Comes with it: {}.", finding.echoes.join(", "));
    }
    if !finding.reference.is_empty() {
        let _ = writeln!(out, "Reference: {}", finding.reference);
    }
}
