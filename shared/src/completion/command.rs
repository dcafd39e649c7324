// SPDX-License-Identifier: Apache-2.0

use clap::Subcommand;

use super::{Shell, install_helper, script};
use crate::error::ShownError;
use crate::output::Printer;

/// `… completion COMMAND`, the same in all programs.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum CompletionCommand {
    /// Put the helper that kubectl asks beside the plugin, so that TAB works behind `kubectl …`
    Install,
    /// Print the script for bash, for calls of the program by its own name
    Bash,
    /// Print the script for zsh, for calls of the program by its own name
    Zsh,
    /// Print the script for fish, for calls of the program by its own name
    Fish,
    /// Print the script for PowerShell, for calls of the program by its own name
    Powershell,
}

impl CompletionCommand {
    /// Prints the script of `program`, or installs the helper of the kubectl plugin whose file is
    /// `plugin`.
    ///
    /// # Errors
    /// The helper cannot be installed.
    pub fn run(self, program: &str, plugin: &str, printer: Printer) -> Result<(), ShownError> {
        let shell = match self {
            Self::Bash => Shell::Bash,
            Self::Zsh => Shell::Zsh,
            Self::Fish => Shell::Fish,
            Self::Powershell => Shell::Powershell,
            Self::Install => {
                let helper = install_helper(plugin)?;
                printer.note(&format!(
                    "written: {}; wherever kubectl (1.26 or newer) completes, this plugin does now",
                    helper.display()
                ));
                return Ok(());
            }
        };
        printer.exact(&script(shell, program));
        Ok(())
    }
}
