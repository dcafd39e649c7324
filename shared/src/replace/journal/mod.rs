// SPDX-License-Identifier: Apache-2.0

//! The journal: one folder per run with what the world cannot tell.

mod event;
mod folder;
mod history;

pub use event::{Entry, Event, Outcome};
pub use folder::{Journal, JournalError, runs_folder};
pub use history::{HISTORY_SCHEMA, History, Run, load_all, parse};
