use clap::Subcommand;
use shared::error::ShownError;
use shared::output::Printer;

use super::check;

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {}

/// Runs a subcommand, or the check.
pub fn run(
    command: Option<Command>,
    check: &check::CheckArgs,
    printer: Printer,
) -> Result<u8, ShownError> {
    match command {
        None => check::cmd_check(check, printer),
        Some(command) => match command {},
    }
}
