// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _, Parser};
use shared::invocation::{Names, PLUGINS};
use shared::output::{Printer, PrinterArgs};

use crate::commands::{self, Command as Subcommand};
use crate::{completion, exit};

/// Says whether etcd is well, why not, and what to do
///
/// Finds the members wherever they run (Docker engines, static pods, this machine, endpoints
/// given), asks every one of them at once, and gives one verdict with its findings, worst first.
#[derive(Parser)]
#[command(
    name = "kubectl-etcd_health",
    display_name = "kubectl etcd-health",
    bin_name = "kubectl etcd-health",
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES
)]
struct App {
    /// A subcommand instead of the check.
    #[command(subcommand)]
    command: Option<Subcommand>,
    /// How everything is shown.
    #[command(flatten)]
    printer: PrinterArgs,
    /// The check.
    #[command(flatten)]
    check: commands::check::CheckArgs,
}

/// What this program is called.
pub const NAMES: Names = PLUGINS[0];

const EXAMPLES: &str = "\
Examples:
  # The cluster of the current context
  kubectl etcd-health
  # RKE1 or kubespray on Docker: read the nodes' engines over ssh
  kubectl etcd-health --context prod --docker-host ssh://root@{address}
  # etcd itself, as etcdctl reaches it
  kubectl etcd-health --endpoints https://10.0.0.1:2379 --cacert ca.pem --cert c.pem --key k.pem
  # What does this log say?
  docker logs etcd 2>&1 | kubectl etcd-health logs -

Exit codes:
  0 healthy, 1 could not tell, 2 usage, 3 warning, 4 degraded, 5 quorum lost
  (logs, db: 0 sound, 1 unreadable, 2 usage, 3 warning, 4 damaged)";

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
        return exit::HEALTHY;
    }
    let name = NAMES.remember(argv.first().map(OsString::as_os_str));
    let parsed = App::command()
        .bin_name(name)
        .after_help(shared::invocation::in_own_words(EXAMPLES).into_owned())
        .try_get_matches()
        .and_then(|m| App::from_arg_matches(&m));
    let app = match parsed {
        Ok(app) => app,
        Err(error) => {
            // clap prints help and version to stdout, errors to stderr, in its own style.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::HEALTHY,
                _ => exit::USAGE,
            };
        }
    };
    let printer = app.printer.printer();
    match commands::run(app.command, &app.check, printer) {
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
