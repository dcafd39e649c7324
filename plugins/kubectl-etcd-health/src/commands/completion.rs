use clap::Subcommand;
use shared::completion::{Shell, install_helper, script};
use shared::error::ShownError;
use shared::output::Printer;

use crate::exit;

/// This program's file name, as kubectl and the shells look for it.
const PROGRAM: &str = "kubectl-etcd_health";

/// `completion …`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum CompletionCommand {
    /// Put the helper that kubectl asks beside this plugin: then `kubectl etcd-health` completes
    Install,
    /// The script for bash, for calls of kubectl-etcd_health itself
    Bash,
    /// The script for zsh, for calls of kubectl-etcd_health itself
    Zsh,
    /// The script for fish, for calls of kubectl-etcd_health itself
    Fish,
}

/// Prints a script, or installs the helper.
pub fn cmd_completion(command: &CompletionCommand, printer: Printer) -> Result<u8, ShownError> {
    let shell = match command {
        CompletionCommand::Bash => Shell::Bash,
        CompletionCommand::Zsh => Shell::Zsh,
        CompletionCommand::Fish => Shell::Fish,
        CompletionCommand::Install => {
            let helper = install_helper(PROGRAM)?;
            printer.note(&format!(
                "written: {}; wherever kubectl completes, `kubectl etcd-health` does now",
                helper.display()
            ));
            return Ok(exit::HEALTHY);
        }
    };
    printer.data(&script(shell, PROGRAM));
    Ok(exit::HEALTHY)
}
