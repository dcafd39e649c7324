// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, LabSpec};
use shared::error::ShownError;
use shared::output::Printer;

use super::startup;
use super::times::{Times, row, seconds};

/// Arguments of `bench health`.
#[derive(Debug, clap::Args)]
pub struct BenchHealth {
    /// How often everything is measured
    #[arg(long, default_value_t = 10, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How often with a dead member, where etcdctl takes many seconds
    #[arg(long, default_value_t = 3, value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..))]
    dead_runs: u32,
    /// The etcd release
    #[arg(long, value_name = "VERSION", default_value = "3.4.23")]
    etcd: String,
    /// Only start-up times and sizes: no lab, no root
    #[arg(long)]
    only_startup: bool,
}

/// What one `kubectl etcd-health` answers, as etcdctl's calls.
const ETCDCTL: &[(&str, &[&str])] = &[
    ("endpoint status", &["endpoint", "status", "--cluster"]),
    ("endpoint health", &["endpoint", "health", "--cluster"]),
    ("endpoint hashkv", &["endpoint", "hashkv", "--cluster"]),
    ("member list", &["member", "list"]),
    ("alarm list", &["alarm", "list"]),
];

/// Both tools get the same: etcdctl's default for a connection is 2 s, too.
const DIAL_TIMEOUT: Duration = Duration::from_secs(2);

/// Aim: with a dead member a full report within this many dial timeouts.
const DEAD_LIMIT: f64 = 1.2;

impl BenchHealth {
    /// Brings a lab up, measures with all members up and with one that drops packets, and
    /// measures start-up and sizes.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let programs = Programs::built();
        printer.note(&format!(
            "ours is the {} build; load average {}",
            programs.profile,
            load_average()
        ));
        if !programs.is_release() {
            printer.warning("the aims are those of the release build and do not count here");
        }
        let mut is_good = true;
        let spec = LabSpec::named(format!("bench-{}", std::process::id()))
            .without_api()
            .etcd(&self.etcd)?;
        let etcdctl = lab::setup::EtcdBinaries::of(&spec.etcd.release)?.etcdctl;
        if !self.only_startup {
            let (root, name) = (spec.root.clone(), spec.name.clone());
            let measured = measure_lab(spec, &self, &programs, printer);
            Lab::down_by_name(&root, &name)?;
            is_good &= measured?;
        }
        is_good &= startup::measure(&programs, &etcdctl, self.runs, printer)?;
        // The aims are those of the release build; another one's figures are only shown.
        Ok(if is_good || !programs.is_release() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Our programs, released where they are built so, and which build it is.
pub(super) struct Programs {
    pub(super) profile: &'static str,
    pub(super) folder: PathBuf,
}

impl Programs {
    fn built() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
        let has = |profile: &str| target.join(profile).join("kubectl-etcd_health").is_file();
        let profile = if has("release") { "release" } else { "debug" };
        Self {
            profile,
            folder: target.join(profile),
        }
    }

    pub(super) fn is_release(&self) -> bool {
        self.profile == "release"
    }

    fn health(&self) -> Result<PathBuf, ShownError> {
        let program = self.folder.join("kubectl-etcd_health");
        if program.is_file() {
            return Ok(program);
        }
        Err(
            ShownError::failed(format!("{:?} is not built", program.display()))
                .hinted("build it with `cargo build --release -p kubectl-etcd-health`"),
        )
    }
}

fn measure_lab(
    spec: LabSpec,
    bench: &BenchHealth,
    programs: &Programs,
    printer: Printer,
) -> Result<bool, ShownError> {
    let program = programs.health()?;
    let lab = Lab::up(spec)?;
    // A cache of its own, so that nothing of the user's is read or written.
    let home = lab.folder().join("bench-home");
    printer.data(&format!(
        "\nAll {} members up, etcd {} (each {} times, in turn)",
        lab.members().len(),
        lab.etcd_version(),
        bench.runs
    ));
    let all = round(&lab, &program, &home, bench.runs);
    let slowest_ratio = all.print(printer);
    let is_fast = slowest_ratio <= 1.0;
    printer.data(&format!(
        "aim: no slower than the slowest single etcdctl call: {}",
        met(is_fast)
    ));

    lab.break_(Fault::named("node-drop")?, 2)?;
    printer.data(&format!(
        "\nOne member drops packets without a word (each {} times, in turn)",
        bench.dead_runs
    ));
    let dead = round(&lab, &program, &home, bench.dead_runs);
    dead.print(printer);
    let ratio = dead.ours.median().as_secs_f64() / DIAL_TIMEOUT.as_secs_f64();
    let is_bounded = ratio <= DEAD_LIMIT;
    printer.data(&format!(
        "ours / dial timeout of {} s: {ratio:.2}; aim: at most {DEAD_LIMIT}: {}",
        DIAL_TIMEOUT.as_secs(),
        met(is_bounded)
    ));
    Ok(is_fast && is_bounded)
}

/// Ours and each of etcdctl's calls, measured in turn so that all see the same machine.
struct Round {
    ours: Times,
    calls: Vec<(&'static str, Times)>,
}

fn round(lab: &Lab, program: &Path, home: &Path, runs: u32) -> Round {
    let mut ours = Times::default();
    let mut calls: Vec<(&'static str, Times)> = ETCDCTL
        .iter()
        .map(|(name, _)| (*name, Times::default()))
        .collect();
    let dial = format!("{}s", DIAL_TIMEOUT.as_secs());
    // The first round fills the page cache and does not count.
    for number in 0..=runs {
        let mut check = access(Command::new(program), lab);
        check
            .args(["-o", "json", "--dial-timeout", &dial])
            .env("HOME", home)
            .env("XDG_CACHE_HOME", home);
        let took = timed(check);
        if number > 0 {
            ours.add(took);
        }
        for ((_, args), (_, times)) in ETCDCTL.iter().zip(&mut calls) {
            let mut call = access(Command::new(&lab.binaries().etcdctl), lab);
            call.args(["--dial-timeout", &dial])
                .args(*args)
                .env("ETCDCTL_API", "3");
            let took = timed(call);
            if number > 0 {
                times.add(took);
            }
        }
    }
    Round { ours, calls }
}

impl Round {
    /// Prints the table; returns ours / slowest single call.
    fn print(&self, printer: Printer) -> f64 {
        printer.data(&format!(
            "{:28} {:>9} {:>9} {:>9}",
            "seconds", "median", "min", "max"
        ));
        printer.data(&row("kubectl etcd-health -o json", &self.ours, seconds));
        for (name, times) in &self.calls {
            printer.data(&row(&format!("etcdctl {name}"), times, seconds));
        }
        let ours = self.ours.median().as_secs_f64();
        let medians = self.calls.iter().map(|(_, t)| t.median().as_secs_f64());
        let sum: f64 = medians.clone().sum();
        let slowest = medians.fold(0.0, f64::max);
        printer.data(&format!(
            "ours / slowest single call: {:.2}; ours / sum of all ({sum:.3} s): {:.2}",
            ours / slowest,
            ours / sum
        ));
        ours / slowest
    }
}

/// Endpoints and certificates of the lab, and nothing from the caller's environment.
fn access(mut command: Command, lab: &Lab) -> Command {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["ETCDCTL_", "DOCKER_", "KUBE"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
        .args(["--endpoints", &lab.endpoints()])
        .arg("--cacert")
        .arg(lab.ca())
        .arg("--cert")
        .arg(lab.client_cert())
        .arg("--key")
        .arg(lab.client_key());
    command
}

/// Wall time from start to end, whatever the exit code: with a dead member both tools report it.
/// `None` where it could not be started.
pub(super) fn timed(mut command: Command) -> Option<Duration> {
    let begin = Instant::now();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    Some(begin.elapsed())
}

pub(super) fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

/// The one thing that most explains a slow figure.
fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let one = text.split_whitespace().next().unwrap_or("unknown");
    format!("{one} on {cores} cores")
}
