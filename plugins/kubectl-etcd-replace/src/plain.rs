// SPDX-License-Identifier: Apache-2.0

//! The same for a screen reader (`--plain`): one sentence a fact.

use std::fmt::Write as _;

use shared::replace::journal::Run;
use shared::replace::plan::Plan;

use crate::show::survived;

/// A plan.
pub fn plan(plan: &Plan) -> String {
    let mut out = String::new();
    let id = plan
        .old_id
        .map(|id| format!(", id {id}"))
        .unwrap_or_default();
    let cluster = plan
        .cluster_id
        .map(|id| format!(" of cluster {id}"))
        .unwrap_or_default();
    let _ = writeln!(
        out,
        "Plan: replace member {}{id}{cluster}.",
        plan.target.name
    );
    let _ = writeln!(
        out,
        "Where it is: {}. Now: {}.",
        plan.place, plan.process_text
    );
    if let Some(words) = &plan.last_words {
        let _ = writeln!(out, "Last words: {words}");
    }
    let _ = writeln!(
        out,
        "New start: --initial-cluster-state=existing --initial-cluster={}",
        plan.initial_cluster
    );
    let _ = writeln!(
        out,
        "Further failures survived: {} now, {} from the removal until the new member votes, {} after it.",
        survived(plan.tolerance.now),
        survived(plan.tolerance.meanwhile),
        survived(plan.tolerance.after),
    );
    let count = plan.steps.len();
    for (number, planned) in plan.steps.iter().enumerate() {
        let number = number + 1;
        let effect = if planned.is_done {
            "nothing to do"
        } else {
            &planned.effect
        };
        let _ = writeln!(out, "Step {number} of {count}, {}: {effect}", planned.step);
        for command in planned.commands.iter().filter(|_| !planned.is_done) {
            let _ = writeln!(out, "Command: {command}");
        }
    }
    out
}

/// Runs.
pub fn runs(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        let begun = run
            .begun_at
            .map(|at| format!(", begun {at}"))
            .unwrap_or_default();
        let step = run
            .step
            .map(|step| format!(", step {step}"))
            .unwrap_or_default();
        let outcome = run
            .outcome
            .map_or_else(|| "unfinished".to_owned(), |outcome| outcome.to_string());
        let _ = writeln!(
            out,
            "Run {}: member {}, cluster {}{begun}{step}, {outcome}.",
            run.run, run.member, run.cluster
        );
    }
    out
}
