// SPDX-License-Identifier: Apache-2.0

use jiff::{SignedDuration, Timestamp};

use crate::model::{ProcessObservation, ProcessState};
use crate::replace::world::RuntimeState;

/// Restarts as recent as this speak for a loop even while the process runs for a moment: a long
/// walk over the database comes before each panic.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// What the process does by the runtime's word.
pub fn runtime(process: &ProcessObservation, now: Timestamp) -> RuntimeState {
    match process.state {
        ProcessState::Restarting => RuntimeState::CrashLooping,
        ProcessState::Paused => RuntimeState::Paused,
        ProcessState::Exited | ProcessState::Created => RuntimeState::Stopped,
        ProcessState::Running | ProcessState::Unknown => {
            let lately = process
                .finished_at
                .is_some_and(|at| now.duration_since(at) < WINDOW);
            if process.restart_count.unwrap_or(0) >= 2 && lately {
                RuntimeState::CrashLooping
            } else {
                RuntimeState::Running
            }
        }
    }
}

/// Evidence for the state, for a person.
pub fn runtime_text(process: &ProcessObservation) -> String {
    let mut text = process.state_text.clone();
    if let Some(count) = process.restart_count.filter(|count| *count > 0) {
        text.push_str(&format!(", restarted {count} times"));
    }
    if process.oom_killed {
        text.push_str(", killed for lack of memory");
    }
    if let Some(error) = &process.error {
        text.push_str(&format!(", {error}"));
    }
    text
}
