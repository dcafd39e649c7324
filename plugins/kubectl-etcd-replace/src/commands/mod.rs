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
use shared::error::ShownError;
use shared::output::Printer;

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
}

/// Runs one; returns the exit code.
pub fn run(command: Command, printer: Printer) -> Result<u8, ShownError> {
    if let Command::History(args) = &command {
        return history::run(args, printer);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ShownError::failed("cannot start").caused_by(error))?;
    runtime.block_on(async {
        match command {
            Command::Node(args) => node::run(&args, printer).await,
            Command::Plan(args) => plan::run(&args, printer).await,
            Command::Status(args) => status::run(&args, printer).await,
            Command::Resume(args) => resume::run(&args, printer).await,
            Command::Rollback(args) => rollback::run(&args, printer).await,
            Command::History(args) => history::run(&args, printer),
            Command::Cleanup(args) => cleanup::run(&args, printer).await,
        }
    })
}
