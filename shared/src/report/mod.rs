// SPDX-License-Identifier: Apache-2.0

//! The report: an assessment as text, table, JSON or names.

mod columns;
mod component_status;
mod format;
mod json;
mod plain;
mod size;
mod table;
mod text;
mod wrap;

pub use format::{OutputFormat, ReportOptions, render};
pub use json::{pretty_json, to_json};
pub use size::human_bytes;
pub use table::table;
