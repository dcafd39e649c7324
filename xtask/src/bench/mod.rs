// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`: measures, side by side in one run.

mod db;
mod filler;
mod health;
mod inspect;
mod startup;
mod times;

use clap::Subcommand;
use shared::error::ShownError;
use shared::output::Printer;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Checking a database, beside `etcdutl snapshot status`
    Db(db::BenchDb),
    /// docker-inspect-run, beside a bare API call, runlike, docker-autocompose and runlikers
    Inspect(inspect::BenchInspect),
    /// `kubectl etcd-health` beside etcdctl's calls; start-up and sizes
    Health(health::BenchHealth),
    /// One check, for `bench db` itself
    #[command(hide = true)]
    DbOnce(db::BenchDbOnce),
}

impl Bench {
    /// Runs it.
    pub fn run(self, printer: Printer) -> Result<std::process::ExitCode, ShownError> {
        match self {
            Self::Db(db) => db.run(printer),
            Self::Inspect(inspect) => inspect.run(printer),
            Self::Health(health) => health.run(printer),
            Self::DbOnce(once) => once.run(printer),
        }
    }
}
