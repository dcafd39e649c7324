// SPDX-License-Identifier: Apache-2.0

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;
use shared::replace::journal::{HISTORY_SCHEMA, History, load_all, runs_folder};

use crate::exit;
use crate::show::{self, Format};

/// `history`.
#[derive(Args)]
pub struct HistoryArgs {
    /// How it is shown
    #[arg(long, short = 'o', value_enum, default_value_t)]
    pub output: Format,
}

/// Shows every run.
pub fn run(args: &HistoryArgs, printer: Printer) -> Result<u8, ShownError> {
    let runs = load_all(&runs_folder()?)?;
    match args.output {
        Format::Text if runs.is_empty() => {
            printer.note("no replacement was begun on this machine");
        }
        Format::Text => printer.data(&show::runs_text(&runs, printer)),
        format => {
            let history = History {
                schema: HISTORY_SCHEMA.to_owned(),
                runs,
            };
            show::data(printer, format, &history)?;
        }
    }
    Ok(exit::DONE)
}
