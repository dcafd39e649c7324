// SPDX-License-Identifier: Apache-2.0

use shared::error::ShownError;
use shared::explain::{explain, explain_list};
use shared::output::Printer;

use crate::exit;

/// Arguments of `explain`.
#[derive(Clone, Debug, clap::Args)]
pub struct ExplainArgs {
    /// Id of a finding or log signature, such as db-multiref
    #[arg(value_name = "ID", required_unless_present = "list")]
    pub id: Option<String>,
    /// List every id
    #[arg(long, conflicts_with = "id")]
    pub list: bool,
}

/// Explains one id, or lists them all.
pub fn cmd_explain(args: &ExplainArgs, printer: Printer) -> Result<u8, ShownError> {
    let text = match &args.id {
        Some(id) => explain(id)?,
        None => explain_list()?,
    };
    printer.data(&text);
    Ok(exit::HEALTHY)
}
