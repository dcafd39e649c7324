// SPDX-License-Identifier: Apache-2.0

//! Log signatures: what etcd writes when something is wrong, and what that means.
//!
//! ```text
//! bytes → wrapper → format → LogLine → matching (catalogue) → Scan → LogDiagnosis → report
//! ```
//!
//! Nothing here needs a cluster, a runtime or a clock: [`Catalogue::scan_reader`] takes any
//! reader, [`Catalogue::diagnose`] is a pure function of what was scanned. docs/log-signatures.md has the rules.

mod catalogue;
mod diagnosis;
mod error;
mod explain;
mod format;
mod line;
mod matching;
mod scan;
mod wrapper;

pub use catalogue::{
    Catalogue, CatalogueError, Group, OverWhen, Project, ProjectVersion, Severity, Signature, Text,
    TextKind, VersionRange, catalogue,
};
pub use diagnosis::{
    ExitKind, ExitNote, Finding, LogDiagnosis, MemberState, Verdict, Window, report_text,
};
pub use error::LogError;
pub use explain::{catalogue_markdown, explain, explain_list};
pub use format::parse_line;
pub use line::{Format, Level, LogLine, Wrapper};
pub use matching::{Pattern, PatternError};
pub use scan::{Evidence, Hit, Identity, LifeSummary, LogStats, PanicSeen, Scan, Terminal};
