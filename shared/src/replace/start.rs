// SPDX-License-Identifier: Apache-2.0

//! The table of where a replacement starts.

use serde::Serialize;

use super::steps::StepId;
use super::world::{EntryState, ProcessState};

/// Where a replacement starts from one state of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Start {
    /// The first step that changes the member, after observe, lock, snapshot and save.
    At {
        /// The step.
        step: StepId,
        /// Why there.
        why: &'static str,
    },
    /// Not at all.
    Refused {
        /// The refusal's id.
        refusal: &'static str,
        /// Why.
        why: &'static str,
    },
}

/// Every state of the entry.
pub const ENTRIES: [EntryState; 3] = [
    EntryState::ListedStarted,
    EntryState::ListedUnstarted,
    EntryState::NotListed,
];

/// Every state of the process.
pub const PROCESSES: [ProcessState; 6] = [
    ProcessState::RunningAsMember,
    ProcessState::RunningForeign,
    ProcessState::RunningSilent,
    ProcessState::CrashLooping,
    ProcessState::Stopped,
    ProcessState::Absent,
];

/// The table: entry in the member list × process → first step or refusal.
pub fn start(entry: EntryState, process: ProcessState) -> Start {
    use EntryState::{ListedStarted, ListedUnstarted, NotListed};
    use ProcessState::{
        Absent, CrashLooping, RunningAsMember, RunningForeign, RunningSilent, Stopped,
    };
    let at = |step, why| Start::At { step, why };
    match (entry, process) {
        (_, Absent) => Start::Refused {
            refusal: "process-absent",
            why: "there is no process to take the settings from: the machine or its etcd is gone from it",
        },
        (ListedStarted, RunningAsMember) => Start::Refused {
            refusal: "target-healthy",
            why: "it is the listed member and answers: there is nothing to cure, unless its data differs",
        },
        (ListedStarted, RunningForeign) => at(
            StepId::Stop,
            "what runs made a cluster of its own and must not be spoken to",
        ),
        (ListedStarted, RunningSilent) => at(
            StepId::Stop,
            "it runs and answers nothing; a stop is reversible and settles what it is",
        ),
        (ListedStarted, CrashLooping) => at(StepId::Stop, "it must not start again halfway"),
        (ListedStarted, Stopped) => at(
            StepId::Stop,
            "it is down; its restart policy and its data are secured before it is removed",
        ),
        (ListedUnstarted, RunningAsMember) => at(
            StepId::Wait,
            "it was added and is joining with the right identity",
        ),
        (ListedUnstarted, RunningForeign) => at(
            StepId::Stop,
            "it was added and then started as a cluster of its own; the entry is kept",
        ),
        (ListedUnstarted, RunningSilent | CrashLooping) => at(
            StepId::Stop,
            "it was added and does not come up; the entry is kept",
        ),
        (ListedUnstarted, Stopped) => at(
            StepId::Stop,
            "it was added and never started; the entry is kept",
        ),
        (NotListed, RunningAsMember) => at(
            StepId::Stop,
            "it was removed and still runs from its old data",
        ),
        (NotListed, RunningForeign) => at(
            StepId::Stop,
            "it was removed and then started as a cluster of its own",
        ),
        (NotListed, RunningSilent | CrashLooping) => {
            at(StepId::Stop, "it was removed and does not come up")
        }
        (NotListed, Stopped) => at(StepId::Stop, "it was removed and is down"),
    }
}

/// The table as Markdown, for `docs/replace-start-table.md`.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Where a replacement starts\n\n\
         Generated from `shared/src/replace/start.rs`; a test keeps it in step.\n\n\
         The world decides, not the history: what the member list says of the target, and what its \
         process does. Before the step named here come observe, lock, snapshot and save; steps that \
         the world shows to be done are skipped.\n\n\
         | in the member list | process | first step that changes the member | why |\n\
         |---|---|---|---|\n",
    );
    for entry in ENTRIES {
        for process in PROCESSES {
            let (what, why) = match start(entry, process) {
                Start::At { step, why } => (step.to_string(), why),
                Start::Refused { refusal, why } => (format!("refused: `{refusal}`"), why),
            };
            text.push_str(&format!(
                "| {} | {} | {what} | {why} |\n",
                entry_words(entry),
                process_words(process)
            ));
        }
    }
    text
}

fn entry_words(entry: EntryState) -> &'static str {
    match entry {
        EntryState::ListedStarted => "listed and started",
        EntryState::ListedUnstarted => "listed at its peer URL, never started",
        EntryState::NotListed => "not listed",
    }
}

fn process_words(process: ProcessState) -> &'static str {
    match process {
        ProcessState::RunningAsMember => "runs as that member",
        ProcessState::RunningForeign => "runs as another cluster",
        ProcessState::RunningSilent => "runs and answers nothing",
        ProcessState::CrashLooping => "crash-loops",
        ProcessState::Stopped => "stopped",
        ProcessState::Absent => "absent",
    }
}
