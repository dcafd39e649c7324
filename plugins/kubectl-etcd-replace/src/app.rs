// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _, Parser};
use shared::invocation::{Names, PLUGINS, in_own_words};
use shared::output::{Printer, PrinterArgs};

use crate::commands::{self, Command as Subcommand};
use crate::{completion, exit};

/// Replaces a broken etcd member, and refuses whatever would lose data
///
/// Stops the member, takes a verified snapshot of the others, removes it, sets its data aside
/// (nothing is deleted), adds it anew, starts it with the right settings, and waits until the
/// cluster is whole. Shows the plan first and asks once. Every step can be resumed.
#[derive(Parser)]
#[command(
    name = "kubectl-etcd_replace",
    display_name = "kubectl etcd-replace",
    bin_name = "kubectl etcd-replace",
    version,
    after_help = EXAMPLES
)]
struct App {
    /// How everything is shown.
    #[command(flatten)]
    printer: PrinterArgs,
    /// What to do.
    #[command(subcommand)]
    command: Subcommand,
}

/// What this program is called.
pub const NAMES: Names = PLUGINS[1];

const EXAMPLES: &str = "\
Examples:
  # What would be done, with every command that an operator would type
  kubectl etcd-replace plan node-1 --docker-host ssh://root@{address}
  # Do it
  kubectl etcd-replace node node-1 --docker-host ssh://root@{address}
  # Go on after an interruption
  kubectl etcd-replace resume

Exit codes:
  0 replaced and verified, 1 failed (resumable), 2 usage, 3 refused, 4 planned only, 5 stopped by Ctrl-C";

/// The command tree, as kubectl's plugin.
pub fn command() -> Command {
    App::command()
}

/// Runs the program; returns its exit code.
pub fn run() -> u8 {
    let argv: Vec<OsString> = std::env::args_os().collect();
    if let Some(words) = shared::completion::asked(&argv) {
        let text = shared::completion::answer(completion::command(App::command(), &words), &words);
        Printer::new(true, true).exact(&text);
        return exit::DONE;
    }
    let name = NAMES.remember(argv.first().map(OsString::as_os_str));
    let parsed = App::command()
        .bin_name(name)
        .after_help(in_own_words(EXAMPLES).into_owned())
        .try_get_matches()
        .and_then(|matches| App::from_arg_matches(&matches));
    let app = match parsed {
        Ok(app) => app,
        Err(error) => {
            // clap prints help and version to stdout, errors to stderr, in its own style.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::DONE,
                _ => exit::USAGE,
            };
        }
    };
    let printer = app.printer.printer();
    match commands::run(app.command, printer) {
        Ok(code) => code,
        Err(error) => {
            printer.error(&error);
            exit::of_error(error.kind())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        App::command().debug_assert();
    }
}
