// SPDX-License-Identifier: Apache-2.0

//! One file per command and the list of them.

mod cleanup;
mod history;
mod node;
mod plan;
mod resume;
mod rollback;
mod status;
mod unfinished;

use clap::Subcommand;
use shared::completion::CompletionCommand;
use shared::error::ShownError;
use shared::kubernetes::helper_pod::remove_all;
use shared::output::Printer;

use crate::{NAMES, exit};

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Replace the member of a node
    Node(node::NodeArgs),
    /// Show what would be done (the same as `node NAME --dry-run`)
    Plan(plan::PlanArgs),
    /// Show unfinished replacements and who holds the cluster's lock
    Status(status::StatusArgs),
    /// Go on with an unfinished replacement
    Resume(resume::ResumeArgs),
    /// Take an unfinished replacement back
    Rollback(rollback::RollbackArgs),
    /// Show all replacements begun on this machine
    History(history::HistoryArgs),
    /// Remove for good what earlier replacements set aside on a node
    Cleanup(cleanup::CleanupArgs),
    /// Completion: the script of a shell, or the helper that kubectl asks
    #[command(subcommand)]
    Completion(CompletionCommand),
}

/// Runs one; returns the exit code.
pub fn run(command: Command, printer: Printer) -> Result<u8, ShownError> {
    match &command {
        Command::History(args) => return history::run(args, printer),
        Command::Completion(completion) => {
            completion.run(NAMES.file, NAMES.file, printer)?;
            return Ok(exit::DONE);
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ShownError::failed("cannot start").caused_by(error))?;
    runtime.block_on(async {
        let done = match command {
            Command::Node(args) => node::run(&args, printer).await,
            Command::Plan(args) => plan::run(&args, printer).await,
            Command::Status(args) => status::run(&args, printer).await,
            Command::Resume(args) => resume::run(&args, printer).await,
            Command::Rollback(args) => rollback::run(&args, printer).await,
            Command::History(_) | Command::Completion(_) => Ok(exit::DONE),
            Command::Cleanup(args) => cleanup::run(&args, printer).await,
        };
        for (object, error) in remove_all().await {
            let hint = "remove it by hand, with its ConfigMap of the same name; it ends itself";
            printer.warning(&format!("{object} could not be removed: {error}; {hint}"));
        }
        done
    })
}
