// SPDX-License-Identifier: Apache-2.0

//! What a developer runs: `cargo xtask COMMAND`. One file per command, one line in [`Command`].

mod bench;
mod demo;
mod deny;
mod dist;
mod docs;
mod fuzz;
#[cfg(test)]
mod headers;
mod install;
mod lab;
mod record;
mod setup;
mod soak;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::error::ShownError;
use shared::output::Printer;

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "What a developer runs"
)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure, side by side with the tools there are
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Throw broken bytes at a reader for a stated time
    #[command(subcommand)]
    Fuzz(fuzz::Fuzz),
    /// Write the pages of docs/ that are made from data files
    Docs(docs::Docs),
    /// Hold the dependencies against deny.toml: licences, bans, sources
    Deny(deny::Deny),
    /// Make what a release consists of: archives, checksums, krew manifests and index
    Dist(dist::Dist),
    /// The newcomer's first command: bring a cluster up, break it as in the incident, diagnose it
    Demo(demo::Demo),
    /// Install the programs with completion and manual pages, as kubectl and docker want them
    Install(install::Install),
    /// All the set-up, then every test
    Test(test::Test),
    /// What takes longer than CI has
    Soak(soak::Soak),
    /// Install and unpack everything the lab and the tests need
    Setup(setup::Setup),
    /// A real etcd cluster on real Docker engines, to break and heal
    #[command(subcommand)]
    Lab(lab::Lab),
}

fn main() -> ExitCode {
    let printer = Printer::new(false, false);
    match run(Xtask::parse().command, printer) {
        Ok(code) => code,
        Err(error) => {
            printer.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, printer: Printer) -> Result<ExitCode, ShownError> {
    match command {
        Command::Bench(bench) => bench.run(printer),
        Command::Fuzz(fuzz) => fuzz.run(printer),
        Command::Docs(docs) => docs.run(printer),
        Command::Deny(deny) => deny.run(printer),
        Command::Dist(dist) => dist.run(printer),
        Command::Demo(demo) => demo.run(printer),
        Command::Install(install) => install.run(printer),
        Command::Test(test) => test.run(printer),
        Command::Soak(soak) => soak.run(printer),
        Command::Setup(setup) => setup.run(printer),
        Command::Lab(lab) => lab.run(printer),
    }
}
