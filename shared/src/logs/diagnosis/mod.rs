// SPDX-License-Identifier: Apache-2.0

//! From what was scanned to one cause: the order of diagnosis.

mod diagnose;
mod finding;
mod order;
mod report;
mod types;

pub use report::report_text;
pub use types::{ExitKind, ExitNote, Finding, LogDiagnosis, MemberState, Verdict, Window};
