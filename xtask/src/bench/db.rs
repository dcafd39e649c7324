// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use lab::setup::EtcdBinaries;
use shared::db::{CheckOptions, InspectOptions, inspect};
use shared::error::ShownError;
use shared::output::Printer;

use super::filler::fill;

/// Arguments of `bench db`.
#[derive(Debug, clap::Args)]
pub struct BenchDb {
    /// Sizes to measure, in MB
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "100,1000,4000",
        value_name = "MB"
    )]
    sizes: Vec<u64>,
    /// Where the databases are made and kept for the next run
    #[arg(long, default_value = "target/bench-db", value_name = "DIR")]
    dir: PathBuf,
    /// How often each is measured; the fastest counts
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

/// Arguments of `bench db-once`.
#[derive(Debug, clap::Args)]
pub struct BenchDbOnce {
    path: PathBuf,
}

impl BenchDbOnce {
    /// Checks once; prints seconds, peak memory, verdict and hash.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let begin = Instant::now();
        let options = InspectOptions {
            check: CheckOptions::default(),
            wal_dir: None,
        };
        let report = inspect(&self.path, &options, &|_| ())?;
        let seconds = begin.elapsed().as_secs_f64();
        let state = report
            .database
            .as_ref()
            .and_then(|database| database.state.as_ref());
        let hash = state
            .and_then(|state| state.snapshot_status_hash)
            .unwrap_or(0);
        let peak = crate::fuzz::peak_kib();
        printer.data(&format!(
            "{seconds} {peak} {} {hash}",
            report.verdict.word()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

struct Measured {
    seconds: f64,
    peak_kib: u64,
    hash: u64,
}

impl BenchDb {
    /// Makes the databases with a real etcd, then measures ours and etcdutl in turn.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let failed = |text: String| ShownError::failed("the measurement failed").caused_by(text);
        let fills = lab_etcd("3.5.16")?;
        let etcdutl = lab_etcd("3.5.1")?.etcdutl;
        let etcdutl = etcdutl.ok_or_else(|| failed("there is no etcdutl".to_owned()))?;
        let ours = release_build().map_err(failed)?;
        printer.data("     MB   ours s   MB/s   ours MiB   etcdutl s   etcdutl MiB   times");
        let mut is_fast = true;
        for size in &self.sizes {
            let data = self.dir.join(format!("{size}"));
            let db = data.join("member/snap/db");
            if !db.is_file() {
                printer.note(&format!("filling a database of {size} MB"));
                std::fs::create_dir_all(&self.dir).map_err(|error| failed(error.to_string()))?;
                fill(&fills, &data, size * 1_000_000).map_err(failed)?;
            }
            let megabytes = std::fs::metadata(&db)
                .map_err(|error| failed(error.to_string()))?
                .len() as f64
                / 1e6;
            let (mut best, mut theirs): (Option<Measured>, Option<Measured>) = (None, None);
            // In turn, so that both see the same machine; the first run fills the page cache.
            for _ in 0..=self.runs {
                best = faster(best, once(&ours, &db).map_err(failed)?);
                theirs = faster(theirs, status(&etcdutl, &db).map_err(failed)?);
            }
            let (Some(ours), Some(theirs)) = (best, theirs) else {
                continue;
            };
            if ours.hash != theirs.hash {
                return Err(failed(format!(
                    "hashes differ: {} and {}",
                    ours.hash, theirs.hash
                )));
            }
            let times = theirs.seconds / ours.seconds;
            is_fast &= times >= 3.0;
            printer.data(&format!(
                "{megabytes:>7.0} {:>8.3} {:>6.0} {:>10.1} {:>11.3} {:>13.1} {times:>7.1}",
                ours.seconds,
                megabytes / ours.seconds,
                ours.peak_kib as f64 / 1024.0,
                theirs.seconds,
                theirs.peak_kib as f64 / 1024.0,
            ));
        }
        Ok(if is_fast {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn lab_etcd(release: &str) -> Result<EtcdBinaries, ShownError> {
    let unknown = |error: lab::LabError| {
        ShownError::failed(format!("cannot get etcd {release}")).caused_by(error)
    };
    EtcdBinaries::of(&release.parse().map_err(unknown)?).map_err(unknown)
}

/// Builds this program as it would be released; what cargo runs by itself is not optimised.
fn release_build() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "xtask"])
        .current_dir(&root)
        .status()
        .map_err(|error| error.to_string())?;
    if !built.success() {
        return Err("cargo build --release failed".to_owned());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Ok(target.join("release/xtask"))
}

fn once(program: &Path, db: &Path) -> Result<Measured, String> {
    let done = Command::new(program)
        .args(["bench", "db-once"])
        .arg(db)
        .output();
    let done = done.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let mut words = text.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<f64>().ok());
    let (Some(seconds), Some(peak)) = (number(), number()) else {
        return Err(text);
    };
    let hash = words
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or(text.clone())?;
    Ok(Measured {
        seconds,
        peak_kib: peak as u64,
        hash,
    })
}

fn status(etcdutl: &Path, db: &Path) -> Result<Measured, String> {
    let begin = Instant::now();
    let mut child = Command::new(etcdutl)
        .args(["snapshot", "status", "-w", "json"])
        .arg(db)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut peak_kib = 0;
    while child
        .try_wait()
        .map_err(|error| error.to_string())?
        .is_none()
    {
        peak_kib = peak_kib.max(anonymous_kib(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
    let seconds = begin.elapsed().as_secs_f64();
    let done = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let hash = text
        .split("\"hash\":")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    let hash = hash
        .and_then(|hash| hash.parse().ok())
        .ok_or(text.clone())?;
    Ok(Measured {
        seconds,
        peak_kib,
        hash,
    })
}

/// Memory of a process beyond the files it maps.
fn anonymous_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

fn faster(held: Option<Measured>, new: Measured) -> Option<Measured> {
    match held {
        Some(held) if held.seconds <= new.seconds => Some(held),
        _ => Some(new),
    }
}
