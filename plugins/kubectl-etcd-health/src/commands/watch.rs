// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::time::Duration;

use shared::error::ShownError;
use shared::model::Assessment;
use shared::output::{Printer, Style};
use shared::report::{OutputFormat, render};

use super::check::{CheckArgs, exit_code, once, report_options};
use crate::exit;

/// Repeats the check until Ctrl-C; the exit code is that of the last round.
pub async fn run(args: &CheckArgs, pause: Duration, printer: Printer) -> Result<u8, ShownError> {
    let redraw = printer.stdout_is_terminal()
        && !printer.is_plain()
        && matches!(args.output, OutputFormat::Table | OutputFormat::Wide);
    let mut before: Option<BTreeSet<String>> = None;
    let mut code = exit::UNKNOWN;
    loop {
        let round = async {
            // No hashing at each round: it reads the whole database.
            let result = once(args, false).await;
            let text = match &result {
                Ok(assessment) => {
                    code = exit_code(assessment, args.fail_on);
                    let now = facts(assessment);
                    let text = render(assessment, report_options(args, printer));
                    let changes = before.as_ref().map(|before| changes(before, &now));
                    before = Some(now);
                    match changes
                        .filter(|_| !matches!(args.output, OutputFormat::Json | OutputFormat::Yaml))
                    {
                        Some(changes) if !changes.is_empty() => format!("{text}\n{changes}"),
                        _ => text,
                    }
                }
                Err(error) if error.kind() == shared::error::Kind::Usage => {
                    return Err(error.clone());
                }
                Err(error) => {
                    code = exit::UNKNOWN;
                    format!("{error}\n")
                }
            };
            // Clear only when the new text is there, so that the screen never stands empty.
            let clear = if redraw { "\x1b[H\x1b[2J\x1b[3J" } else { "" };
            printer.data(&format!("{clear}{text}"));
            tokio::time::sleep(pause).await;
            Ok(())
        };
        tokio::select! {
            done = round => done?,
            _ = tokio::signal::ctrl_c() => return Ok(code),
        }
    }
}

/// What is worth comparing between two rounds: verdict, members' states, findings.
fn facts(assessment: &Assessment) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    facts.insert(format!("verdict: {}", assessment.verdict));
    for member in &assessment.members {
        let state = match member.health.reason() {
            None => "healthy",
            Some(_) if member.health.is_unknown() => "unknown",
            Some(_) => "unhealthy",
        };
        facts.insert(format!("member {}: {state}", member.label));
    }
    for finding in &assessment.findings {
        facts.insert(format!("finding: {} {}", finding.subject, finding.id));
    }
    facts
}

/// The facts that came and went, one a line.
fn changes(before: &BTreeSet<String>, now: &BTreeSet<String>) -> String {
    let gone = before.difference(now).map(|fact| format!("- {fact}"));
    let come = now.difference(before).map(|fact| format!("+ {fact}"));
    let lines: Vec<String> = gone
        .chain(come)
        .map(|line| Style::Heading.paint(line))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("changed since the last round:\n{}\n", lines.join("\n"))
}
