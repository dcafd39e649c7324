// SPDX-License-Identifier: Apache-2.0

use clap::ValueEnum;

use super::component_status::{component_status_list, component_status_table};
use super::json::{pretty_json, to_json};
use super::plain::plain;
use super::text::text;
use super::wrap::Room;
use crate::model::Assessment;

/// `-o`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// A table and the findings, for people
    #[default]
    Table,
    /// The table with more columns
    Wide,
    /// Everything as JSON
    Json,
    /// Everything as YAML
    Yaml,
    /// The members' names only
    Name,
    /// As `kubectl get componentstatus` prints it, under the members' names
    #[value(name = "componentstatus", alias = "cs")]
    ComponentStatus,
    /// As `kubectl get componentstatus -o json` prints it
    #[value(name = "componentstatus-json")]
    ComponentStatusJson,
}

/// How to print.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportOptions {
    /// The form.
    pub format: OutputFormat,
    /// Leave out headers and the summary above the table.
    pub no_headers: bool,
    /// Columns of the terminal that it is for; none where a program reads it.
    pub columns: Option<usize>,
    /// Sentences instead of columns.
    pub plain: bool,
}

/// The assessment in the form asked for.
pub fn render(assessment: &Assessment, options: ReportOptions) -> String {
    let room = Room::of(options.columns);
    match options.format {
        OutputFormat::Table if options.plain => plain(assessment, false, !options.no_headers),
        OutputFormat::Wide if options.plain => plain(assessment, true, !options.no_headers),
        OutputFormat::Table => text(assessment, false, !options.no_headers, room),
        OutputFormat::Wide => text(assessment, true, !options.no_headers, room),
        OutputFormat::Json => {
            let json = to_json(assessment);
            serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
        }
        OutputFormat::Yaml => serde_saphyr::to_string(&to_json(assessment)).unwrap_or_default(),
        OutputFormat::ComponentStatus => component_status_table(assessment, !options.no_headers),
        OutputFormat::ComponentStatusJson => pretty_json(&component_status_list(assessment)),
        OutputFormat::Name => assessment
            .members
            .iter()
            .map(|member| format!("member/{}\n", member.label))
            .collect(),
    }
}
