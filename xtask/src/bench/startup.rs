// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use shared::error::ShownError;
use shared::output::Printer;

use super::health::{Programs, met, timed};
use super::times::{Times, milliseconds, row};

/// Our programs and the most a release build of each may weigh, in bytes.
const PROGRAMS: &[(&str, u64)] = &[
    ("kubectl-etcd_health", 8_500_000),
    ("kubectl-etcd_replace", 8_500_000),
    ("docker-inspect-run", 4_500_000),
];

/// Aim: start-up within this of the bare clap program's.
const ABOVE_BARE: Duration = Duration::from_millis(2);

/// Aim: so many times faster than etcdctl.
const FASTER: f64 = 4.0;

/// Start-up is short and jitters: more runs than of the check.
const RUNS_PER_RUN: u32 = 5;

/// Prints start-up times (`--help`) and sizes; says whether the aims are met. Sizes have an aim
/// only in a release build.
pub fn measure(
    programs: &Programs,
    etcdctl: &Path,
    runs: u32,
    printer: Printer,
) -> Result<bool, ShownError> {
    let bare = bare_clap(programs)?;
    let mut all: Vec<(String, PathBuf, Times)> = vec![
        ("bare clap program".to_owned(), bare, Times::default()),
        ("etcdctl".to_owned(), etcdctl.to_owned(), Times::default()),
    ];
    for (name, _) in PROGRAMS {
        let path = programs.folder.join(name);
        if path.is_file() {
            all.push(((*name).to_owned(), path, Times::default()));
        } else {
            printer.warning(&format!("{name} is not built and not measured"));
        }
    }
    let runs = runs.saturating_mul(RUNS_PER_RUN);
    for number in 0..=runs {
        for (_, path, times) in &mut all {
            let mut command = Command::new(path);
            command.arg("--help").env("ETCDCTL_API", "3");
            let took = timed(command);
            if number > 0 {
                times.add(took);
            }
        }
    }
    printer.data(&format!(
        "\nStart-up, {} build (--help, each {runs} times, in turn)",
        programs.profile
    ));
    printer.data(&format!(
        "{:28} {:>9} {:>9} {:>9}",
        "milliseconds", "median", "min", "max"
    ));
    for (name, _, times) in &all {
        printer.data(&row(name, times, milliseconds));
    }
    let mut is_good = true;
    if let [(_, _, bare), (_, _, etcdctl), ours @ ..] = all.as_slice() {
        for (name, _, times) in ours {
            let above = times.median().saturating_sub(bare.median());
            let faster = etcdctl.median().as_secs_f64() / times.median().as_secs_f64();
            let is_met = above <= ABOVE_BARE && faster >= FASTER;
            is_good &= is_met;
            printer.data(&format!(
                "{name}: {} ms above the bare program, {faster:.1} times faster than etcdctl; \
                 aims: 2 ms, 4 times: {}",
                milliseconds(above),
                met(is_met)
            ));
        }
    }
    Ok(sizes(programs, etcdctl, printer) && is_good)
}

fn sizes(programs: &Programs, etcdctl: &Path, printer: Printer) -> bool {
    let bytes = |path: &Path| Some(std::fs::metadata(path).ok()?.len());
    printer.data(&format!("\nSizes in MB, {} build", programs.profile));
    let mut is_good = true;
    for (name, limit) in PROGRAMS {
        let Some(size) = bytes(&programs.folder.join(name)) else {
            continue;
        };
        let judged = if programs.is_release() {
            is_good &= size <= *limit;
            met(size <= *limit)
        } else {
            "not judged"
        };
        printer.data(&format!(
            "{name:28} {:>9.2}   limit {:.1}: {judged}",
            size as f64 / 1e6,
            *limit as f64 / 1e6
        ));
    }
    if let Some(size) = bytes(etcdctl) {
        printer.data(&format!("{:28} {:>9.2}", "etcdctl", size as f64 / 1e6));
    }
    is_good
}

/// Builds the bare program in the same profile as ours.
fn bare_clap(programs: &Programs) -> Result<PathBuf, ShownError> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["build", "--quiet", "--package", "bare-clap"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if programs.is_release() {
        command.arg("--release");
    }
    let built = command
        .status()
        .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
    if built.success() {
        Ok(programs.folder.join("bare-clap"))
    } else {
        Err(ShownError::failed("the bare clap program does not build"))
    }
}
