// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use clap::ValueEnum;
use shared::db::{
    CheckOptions, HashWish, InspectOptions, inspect, inspect_bytes, render, render_json,
};
use shared::error::ShownError;
use shared::output::Printer;

/// Arguments of `db`.
#[derive(Clone, Debug, clap::Args)]
pub struct DbArgs {
    /// A db file, a snapshot, a WAL, a raft snapshot, or a data directory
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Where the WAL is, if etcd was given --wal-dir
    #[arg(long, value_name = "DIR")]
    pub wal_dir: Option<PathBuf>,
    /// Compute the HashKV up to this revision, to compare with a member at that revision
    #[arg(long, value_name = "REVISION", value_parser = clap::value_parser!(i64).range(1..))]
    pub rev: Option<i64>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: DbFormat,
}

/// `-o` of `db`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DbFormat {
    /// For people
    #[default]
    Text,
    /// As JSON
    Json,
}

/// Checks etcd's files offline and says what is broken, where, and what it means.
pub fn cmd_db(args: &DbArgs, printer: Printer) -> Result<u8, ShownError> {
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get().min(8));
    let options = InspectOptions {
        check: CheckOptions {
            hash: HashWish {
                at: args.rev,
                ..HashWish::default()
            },
            threads,
        },
        wal_dir: args.wal_dir.clone(),
    };
    let bar = printer.progress("reading the pages", inspect_bytes(&args.path));
    let report = inspect(&args.path, &options, &|bytes| bar.inc(bytes));
    bar.finish_and_clear();
    let report = report?;
    printer.data(&match args.output {
        DbFormat::Text => render(&report),
        DbFormat::Json => render_json(&report),
    });
    Ok(report.verdict.exit_code())
}
