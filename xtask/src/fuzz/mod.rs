// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask fuzz`: throws broken bytes at a reader for a stated time.

mod db;

pub use db::peak_kib;

use clap::Subcommand;
use shared::error::ShownError;
use shared::output::Printer;

/// What can be fuzzed.
#[derive(Debug, Subcommand)]
pub enum Fuzz {
    /// The readers of etcd's files, with mutations of tests/fixtures/db
    Db(db::FuzzDb),
}

impl Fuzz {
    /// Runs it.
    pub fn run(self, printer: Printer) -> Result<std::process::ExitCode, ShownError> {
        match self {
            Self::Db(db) => db.run(printer),
        }
    }
}
