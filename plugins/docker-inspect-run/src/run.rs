// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use shared::error::ShownError;
use shared::output::Printer;

use crate::args::{Cli, Command};
use crate::names::{KUBECTL_FILE, NAMES, called_as};
use crate::plugin_call::{Call, metadata, understand};
use crate::{completion, diff, exit, gather, install, print, recreate, remove_old};

/// The command tree.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The program.
pub fn run(argv: Vec<OsString>) -> ExitCode {
    shared::net::install_crypto();
    let name = called_as(argv.first().map(OsString::as_os_str));
    if let Some(words) = helper_call(&argv) {
        return answer(&words);
    }
    let argv = match understand(argv) {
        Call::Metadata => {
            Printer::new(true, true).exact(&metadata());
            return ExitCode::SUCCESS;
        }
        Call::Complete(words) => return answer(&words),
        Call::Run(argv) => argv,
    };
    let parsed = Cli::command()
        .bin_name(name)
        .try_get_matches_from(argv)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is all that can go wrong here.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let printer = Printer::new(cli.output.quiet, false);
    let done = runtime().and_then(|runtime| runtime.block_on(dispatch(&cli, printer)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            exit::code(error.kind())
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, ShownError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ShownError::failed("cannot start").caused_by(error))
}

async fn dispatch(cli: &Cli, printer: Printer) -> Result<(), ShownError> {
    match &cli.command {
        Some(Command::InstallPlugin { dir }) => {
            return install::install(dir.as_deref(), cli.engine.config.as_deref(), printer);
        }
        Some(Command::Completion(command)) => {
            return command.run(NAMES.file, KUBECTL_FILE, printer);
        }
        None => {}
    }
    if cli.act.recreate {
        return recreate::recreate(cli, printer).await;
    }
    if cli.act.remove_old {
        return remove_old::remove_old(cli, printer).await;
    }
    let sources = gather::sources(cli).await?;
    match &cli.act.diff {
        Some(other) => diff::show(cli, other.as_deref(), sources, printer).await,
        None => print::print(cli, sources, printer),
    }
}

/// The words of a call by the name under which kubectl asks for completion.
fn helper_call(argv: &[OsString]) -> Option<Vec<OsString>> {
    let by_name = argv.get(..1)?;
    shared::completion::asked(by_name)?;
    shared::completion::asked(argv)
}

fn answer(words: &[OsString]) -> ExitCode {
    Printer::new(true, true).exact(&completion::complete(words));
    ExitCode::SUCCESS
}
