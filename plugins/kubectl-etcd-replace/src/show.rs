// SPDX-License-Identifier: Apache-2.0

//! What a person sees.

use clap::ValueEnum;
use serde::Serialize;
use shared::error::ShownError;
use shared::output::{Printer, Style};
use shared::replace::journal::Run;
use shared::replace::plan::Plan;
use shared::replace::refusals::Refusal;

use crate::plain;

/// `-o`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// The data as JSON
    Json,
    /// The data as YAML
    Yaml,
}

/// Data in a machine's format.
pub fn data(printer: Printer, format: Format, value: &impl Serialize) -> Result<(), ShownError> {
    let broken = |error: String| ShownError::failed("cannot write the result").caused_by(error);
    let text = match format {
        Format::Yaml => serde_saphyr::to_string(value).map_err(|e| broken(e.to_string()))?,
        _ => serde_json::to_string_pretty(value).map_err(|e| broken(e.to_string()))?,
    };
    printer.data(&text);
    Ok(())
}

/// A plan as text.
pub fn plan_text(plan: &Plan, printer: Printer) -> String {
    if printer.is_plain() {
        return plain::plan(plan);
    }
    let mut text = String::new();
    let id = plan.old_id.map(|id| format!(" ({id})")).unwrap_or_default();
    let cluster = plan.cluster_id.map(|id| id.to_string()).unwrap_or_default();
    text.push_str(&format!(
        "{}\n",
        Style::Heading.paint(format!(
            "replace member \"{}\"{id} of cluster {cluster}",
            plan.target.name
        ))
    ));
    text.push_str(&format!("  {}: {}\n", plan.place, plan.process_text));
    if let Some(words) = &plan.last_words {
        text.push_str(&format!("  last words: {words}\n"));
    }
    text.push_str(&format!(
        "  new start: --initial-cluster-state=existing --initial-cluster={}\n",
        plan.initial_cluster
    ));
    text.push_str(&format!(
        "  further failures survived: {} now, {} from the removal until the new member votes, {} after it\n\n",
        survived(plan.tolerance.now),
        survived(plan.tolerance.meanwhile),
        survived(plan.tolerance.after),
    ));
    for (number, planned) in plan.steps.iter().enumerate() {
        let name = Style::Heading.paint(format!("{:<11}", planned.step.to_string()));
        if planned.is_done {
            text.push_str(&format!("{:>2} {name} nothing to do\n", number + 1));
            continue;
        }
        text.push_str(&format!("{:>2} {name} {}\n", number + 1, planned.effect));
        for command in &planned.commands {
            text.push_str(&format!("{:15}$ {command}\n", ""));
        }
    }
    text
}

pub(crate) fn survived(tolerance: i64) -> String {
    if tolerance < 0 {
        "none, quorum is lost".to_owned()
    } else {
        tolerance.to_string()
    }
}

/// Refusals on stderr.
pub fn refusals(printer: Printer, refusals: &[Refusal]) {
    for refusal in refusals {
        if refusal.overridden {
            printer.warning(&format!(
                "overridden by {}: {}",
                refusal.override_flag.as_deref().unwrap_or_default(),
                refusal.sentence
            ));
            continue;
        }
        let mut error = ShownError::refused(format!("{} ({})", refusal.sentence, refusal.id));
        error = error.hinted(refusal.remedy.clone());
        for command in &refusal.commands {
            error = error.hinted(format!("`{command}`"));
        }
        if let Some(flag) = &refusal.override_flag {
            error = error.hinted(format!("to do it all the same: `{flag}`"));
        }
        printer.error(&error);
    }
}

/// Runs as a table.
pub fn runs_text(runs: &[Run], printer: Printer) -> String {
    if printer.is_plain() {
        return plain::runs(runs);
    }
    let header = ["RUN", "MEMBER", "CLUSTER", "BEGUN", "STEP", "OUTCOME"].map(str::to_owned);
    let mut rows = vec![header];
    for run in runs {
        rows.push([
            run.run.clone(),
            run.member.clone(),
            run.cluster.clone(),
            run.begun_at.map(|at| at.to_string()).unwrap_or_default(),
            run.step.map(|step| step.to_string()).unwrap_or_default(),
            run.outcome
                .map_or_else(|| "unfinished".to_owned(), |outcome| outcome.to_string()),
        ]);
    }
    let widths: Vec<usize> = (0..6)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            format!("{}\n", cells.join("  ").trim_end())
        })
        .collect()
}
