// SPDX-License-Identifier: Apache-2.0

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use clap::ValueEnum;
use shared::error::ShownError;
use shared::logs::{catalogue, report_text};
use shared::output::Printer;

/// Arguments of `logs`.
#[derive(Clone, Debug, clap::Args)]
pub struct LogsArgs {
    /// The log, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Output format
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: LogFormat,
}

/// `-o` of `logs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// As JSON
    Json,
}

/// Diagnoses a saved log in any of its formats and wrappers.
pub fn cmd_logs(args: &LogsArgs, printer: Printer) -> Result<u8, ShownError> {
    let (source, reader) = open(&args.file)?;
    let catalogue = catalogue().map_err(|error| {
        ShownError::failed("the built-in catalogue cannot be read").caused_by(error)
    })?;
    let spinner = printer.progress("reading the log", None);
    let scan = catalogue.scan_reader(reader, None);
    spinner.finish_and_clear();
    let scan = scan.map_err(|error| {
        ShownError::unknown(format!("{source} cannot be diagnosed"))
            .caused_by(error)
            .hinted("give the log of an etcd, such as `docker logs etcd 2>&1 | kubectl etcd-health logs -`")
    })?;
    let diagnosis = catalogue.diagnose(&scan);
    printer.data(&match args.output {
        LogFormat::Text => report_text(&diagnosis, &source),
        LogFormat::Json => shared::report::pretty_json(&diagnosis),
    });
    Ok(diagnosis.verdict.exit_code())
}

fn open(file: &str) -> Result<(String, Box<dyn BufRead>), ShownError> {
    if file == "-" {
        return Ok((
            "standard input".to_owned(),
            Box::new(BufReader::new(io::stdin())),
        ));
    }
    let unreadable = |error: io::Error| {
        ShownError::unknown(format!("cannot read the log {file:?}"))
            .caused_by(error)
            .hinted("name a file, or - for standard input")
    };
    let opened = File::open(file).map_err(unreadable)?;
    if opened.metadata().map_err(unreadable)?.is_dir() {
        return Err(
            ShownError::unknown(format!("{file:?} is a folder, not a log"))
                .hinted("for a data directory use `kubectl etcd-health db DIR`"),
        );
    }
    Ok((
        file.to_owned(),
        Box::new(BufReader::with_capacity(1 << 20, opened)),
    ))
}
