// SPDX-License-Identifier: Apache-2.0

use clap::Subcommand;
use shared::completion::CompletionCommand;
use shared::error::ShownError;
use shared::output::Printer;

use super::{check, db, explain, logs};
use crate::{NAMES, exit};

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Diagnose a saved log; no cluster needed
    Logs(logs::LogsArgs),
    /// Check a database, snapshot or data directory offline; no cluster needed
    Db(db::DbArgs),
    /// Explain a finding or a log signature
    Explain(explain::ExplainArgs),
    /// Completion: the script of a shell, or the helper that kubectl asks
    #[command(subcommand)]
    Completion(CompletionCommand),
}

/// Runs a subcommand, or the check.
pub fn run(
    command: Option<Command>,
    check: &check::CheckArgs,
    printer: Printer,
) -> Result<u8, ShownError> {
    match command {
        None => check::cmd_check(check, printer),
        Some(Command::Logs(args)) => logs::cmd_logs(&args, printer),
        Some(Command::Db(args)) => db::cmd_db(&args, printer),
        Some(Command::Explain(args)) => explain::cmd_explain(&args, printer),
        Some(Command::Completion(command)) => command
            .run(NAMES.file, NAMES.file, printer)
            .map(|()| exit::HEALTHY),
    }
}
