// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use super::types::{Finding, LogDiagnosis, MemberState, Verdict};

/// Functions of a crash that are printed.
const FUNCTIONS: usize = 4;

/// The diagnosis as text for a terminal, without colours. `source` is the file's name.
pub fn report_text(diagnosis: &LogDiagnosis, source: &str) -> String {
    let mut out = String::new();
    headline(&mut out, diagnosis, source);
    if let Some(cause) = &diagnosis.cause {
        full(&mut out, cause);
    }
    for panic in &diagnosis.panics {
        if !panic.functions.is_empty() {
            let shown: Vec<&str> = panic
                .functions
                .iter()
                .take(FUNCTIONS)
                .map(String::as_str)
                .collect();
            let _ = writeln!(out, "  in:       {}", shown.join(" < "));
        }
    }
    if let Some(exit) = &diagnosis.exit {
        let _ = writeln!(out, "  end:      {}", exit.text);
    }
    short(
        &mut out,
        "Follows from it:",
        "Seen from here:",
        diagnosis,
        &diagnosis.echoes,
    );
    for other in &diagnosis.others {
        let _ = writeln!(out);
        full(&mut out, other);
    }
    list(&mut out, "Worth knowing:", &diagnosis.noted);
    list(&mut out, "Earlier, and over:", &diagnosis.earlier);
    if let Some(id) = diagnosis.cause.as_ref().map(|cause| &cause.id)
        && id != "unlisted-fatal"
    {
        let _ = writeln!(out, "\nMore: `kubectl etcd-health explain {id}`");
    }
    out
}

fn headline(out: &mut String, diagnosis: &LogDiagnosis, source: &str) {
    let verdict = match diagnosis.verdict {
        Verdict::Sound => "sound",
        Verdict::Warning => "warning",
        Verdict::Damaged => "damaged",
    };
    let state = match diagnosis.state {
        MemberState::Serving => "serving clients",
        MemberState::Starting => "started, not serving yet",
        MemberState::Crashed => "ended in an error",
        MemberState::Stopped => "told to stop",
        MemberState::Running => "running",
    };
    let _ = writeln!(out, "{source}: {verdict}");
    let who: Vec<String> = [
        diagnosis
            .identity
            .name
            .as_ref()
            .map(|name| format!("member {name}")),
        diagnosis
            .identity
            .member_id
            .as_ref()
            .map(|id| format!("id {id}")),
        diagnosis
            .identity
            .cluster_id
            .as_ref()
            .map(|id| format!("cluster {id}")),
        diagnosis
            .identity
            .version
            .as_ref()
            .map(|version| format!("etcd {version}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !who.is_empty() {
        let _ = writeln!(out, "  {}", who.join(", "));
    }
    let stats = &diagnosis.window.stats;
    let mut read = plural(stats.lines, "line");
    if let (Some(first), Some(last)) = (stats.first_time, stats.last_time) {
        let _ = write!(read, " from {first:.0} to {last:.0}");
    }
    if stats.starts > 0 {
        let _ = write!(
            read,
            ", {}, {} ended in an error",
            plural(stats.starts, "start"),
            stats.crashes
        );
    }
    let _ = writeln!(out, "  {read}; at the end: {state}");
    if diagnosis.window.restarting {
        let _ = writeln!(
            out,
            "  the log ends in the first lines of a further start; this is about the one before"
        );
    }
    let _ = writeln!(out);
    if diagnosis.cause.is_none() {
        let _ = writeln!(out, "Nothing in it points to trouble now.");
    }
}

fn full(out: &mut String, finding: &Finding) {
    let _ = writeln!(
        out,
        "{} [{}] {}",
        severity(finding),
        finding.id,
        finding.cause
    );
    // The first line mostly says more than what it led to.
    let evidence = &finding.first;
    let _ = writeln!(out, "  line {}: {}", evidence.line, evidence.text);
    if finding.count > 1 {
        let (lines, last) = (plural(finding.count, "line"), finding.last.line);
        let _ = writeln!(out, "  seen:     {lines}, the last at line {last}");
    }
    if finding.peers.len() > 1 {
        let _ = writeln!(out, "  peers:    {}", finding.peers.join(", "));
    }
    let _ = writeln!(out, "  to do:    {}", finding.remedy);
    if let Some(command) = &finding.command {
        let _ = writeln!(out, "  command:  {command}");
    }
}

fn short(
    out: &mut String,
    with_cause: &str,
    without: &str,
    diagnosis: &LogDiagnosis,
    findings: &[Finding],
) {
    list(
        out,
        if diagnosis.cause.is_some() {
            with_cause
        } else {
            without
        },
        findings,
    );
}

fn list(out: &mut String, heading: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{heading}");
    for finding in findings {
        let _ = writeln!(
            out,
            "  {} [{}] {} ({}, last at line {})",
            severity(finding),
            finding.id,
            finding.cause,
            plural(finding.count, "line"),
            finding.last.line
        );
    }
}

/// `1 line`, `2 lines`.
fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn severity(finding: &Finding) -> &'static str {
    finding.severity.name()
}
