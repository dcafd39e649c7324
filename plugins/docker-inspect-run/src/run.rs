use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use shared::error::ShownError;
use shared::output::Printer;

use crate::args::{Cli, Command};
use crate::plugin_call::{Call, metadata, understand};
use crate::{completion, diff, exit, gather, install, print, recreate};

/// The program.
pub fn run(argv: Vec<OsString>) -> ExitCode {
    let argv = match understand(argv) {
        Call::Metadata => {
            Printer::new(true, true).exact(&metadata());
            return ExitCode::SUCCESS;
        }
        Call::Complete(words) => return complete(&words),
        Call::Run(argv) => argv,
    };
    let cli = match Cli::try_parse_from(argv) {
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
    if let Some(Command::InstallPlugin { dir }) = &cli.command {
        return install::install(dir.as_deref(), cli.engine.config.as_deref(), printer);
    }
    if cli.act.recreate {
        return recreate::recreate(cli, printer).await;
    }
    if cli.act.remove_old {
        return recreate::remove_old(cli, printer).await;
    }
    let sources = gather::sources(cli).await?;
    match &cli.act.diff {
        Some(other) => diff::show(cli, other.as_deref(), sources, printer).await,
        None => print::print(cli, sources, printer),
    }
}

fn complete(words: &[String]) -> ExitCode {
    let options = words.iter().take(words.len().saturating_sub(1));
    let argv = std::iter::once("docker-inspect-run").chain(options.map(String::as_str));
    let engine = Cli::try_parse_from(argv)
        .ok()
        .and_then(|cli| gather::engine(&cli.engine).ok());
    let text = match runtime() {
        Ok(runtime) => runtime.block_on(completion::complete(words, engine)),
        Err(_) => ":4".to_owned(),
    };
    Printer::new(true, true).exact(&text);
    ExitCode::SUCCESS
}
