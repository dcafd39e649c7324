// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench inspect`: docker-inspect-run beside a bare API call, runlike,
//! docker-autocompose and runlikers, in one run on one engine.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use lab::Run;
use lab::setup::{cache_root, debian_packages, say};
use shared::error::ShownError;
use shared::output::Printer;

/// Measures.
#[derive(Debug, Args)]
pub struct BenchInspect {
    /// How many containers the many are
    #[arg(long, default_value_t = 500)]
    containers: usize,
    /// Runs of each program on one container; the median counts
    #[arg(long, default_value_t = 15)]
    runs: usize,
}

/// One line of the result.
struct Row {
    what: String,
    milliseconds: f64,
}

impl BenchInspect {
    /// Runs it.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        let programs = Programs::ready()?;
        let containers = Containers::make(self.containers)?;
        let one = containers.names.first().cloned().unwrap_or_default();
        let url = format!("http://docker/containers/{one}/json");
        let curl = [
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "--unix-socket",
            SOCKET,
            &url,
        ];
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let path = |path: &PathBuf| path.display().to_string();
        let (own, runlike) = (path(&programs.own), path(&programs.runlike));
        let commands: Vec<(&str, Vec<String>)> = vec![
            ("curl, one bare API call", words(&curl)),
            ("docker-inspect-run", words(&[&own, &one])),
            ("runlike", words(&[&runlike, &one])),
            (
                "docker-autocompose",
                words(&[&path(&programs.autocompose), &one]),
            ),
            ("runlikers", words(&[&path(&programs.runlikers), &one])),
        ];
        // Turn by turn, so that a busy moment meets all of them.
        let mut times = vec![Vec::new(); commands.len()];
        for _ in 0..self.runs {
            for (slot, (_, words)) in times.iter_mut().zip(&commands) {
                slot.push(timed(words)?);
            }
        }
        let rows: Vec<Row> = commands
            .iter()
            .zip(times)
            .map(|((what, _), times)| Row {
                what: (*what).to_owned(),
                milliseconds: median(times),
            })
            .collect();
        printer.data(&format!("one container (median of {} runs)", self.runs));
        table(&rows, printer);

        let mut all = vec![own];
        all.extend(containers.names.iter().cloned());
        let own = Row {
            what: "docker-inspect-run".to_owned(),
            milliseconds: timed(&all)?,
        };
        let start = Instant::now();
        for name in &containers.names {
            timed(&[runlike.clone(), name.clone()])?;
        }
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        let count = containers.names.len();
        let many = vec![
            own,
            Row {
                what: format!("runlike, {count} times"),
                milliseconds,
            },
        ];
        printer.data(&format!("{count} containers"));
        table(&many, printer);
        let kilobytes = peak_kilobytes(&all)?;
        printer.data(&format!(
            "peak memory with {count} containers: {:.1} MB",
            kilobytes / 1000.0
        ));
        Ok(ExitCode::SUCCESS)
    }
}

const SOCKET: &str = "/var/run/docker.sock";

fn table(rows: &[Row], printer: Printer) {
    let own = rows.iter().find(|row| row.what == "docker-inspect-run");
    let own = own.map_or(1.0, |row| row.milliseconds);
    for row in rows {
        let Row { what, milliseconds } = row;
        let ratio = milliseconds / own;
        printer.data(&format!(
            "  {what:26} {milliseconds:10.1} ms   {ratio:8.2} x"
        ));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds of one run, start of the process included.
fn timed(words: &[String]) -> Result<f64, ShownError> {
    let Some((program, rest)) = words.split_first() else {
        return Err(ShownError::failed("there is nothing to run"));
    };
    let failed = |why: String| ShownError::failed(format!("\"{program}\" {why}"));
    let start = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .env_remove("DOCKER_HOST")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    if status.success() {
        Ok(milliseconds)
    } else {
        Err(failed(format!("ended with {status}")))
    }
}

fn peak_kilobytes(words: &[String]) -> Result<f64, ShownError> {
    const SCRIPT: &str = "import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let said = Run::new("python3").args(["-c", SCRIPT]).args(words).ok()?;
    said.trim()
        .parse()
        .map_err(|_| ShownError::failed("python3 gave no number"))
}

/// The programs that are compared.
struct Programs {
    own: PathBuf,
    runlike: PathBuf,
    autocompose: PathBuf,
    runlikers: PathBuf,
}

impl Programs {
    fn ready() -> Result<Self, ShownError> {
        let long = Duration::from_secs(1800);
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        say("building docker-inspect-run as it is released");
        Run::new(&cargo)
            .args(["build", "--release", "--package", "docker-inspect-run"])
            .within(long)
            .ok()?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        let venv = cache_root().join("bench/python");
        let bin = |name: &str| venv.join("bin").join(name);
        if !bin("docker-autocompose").exists() && !bin("autocompose").exists() {
            say("installing runlike and docker-autocompose of PyPI into the cache");
            Run::new("python3")
                .args(["-m", "venv"])
                .arg(&venv)
                .within(long)
                .ok()?;
            let packages = ["runlike", "docker-autocompose", "setuptools"];
            Run::new(bin("pip"))
                .args(["install", "--quiet"])
                .args(packages)
                .within(long)
                .ok()?;
        }
        let names = ["docker-autocompose", "autocompose"];
        let autocompose = names
            .iter()
            .map(|name| bin(name))
            .find(|path| path.exists());
        let cargo_root = cache_root().join("bench/cargo");
        let runlikers = cargo_root.join("bin/runlikers");
        if !runlikers.exists() {
            say("installing runlikers of crates.io into the cache");
            Run::new(&cargo)
                .args(["install", "--quiet", "runlikers", "--root"])
                .arg(&cargo_root)
                .within(long)
                .ok()?;
        }
        Ok(Self {
            own: target.join("release/docker-inspect-run"),
            runlike: bin("runlike"),
            autocompose: autocompose
                .ok_or_else(|| ShownError::failed("docker-autocompose has no program"))?,
            runlikers,
        })
    }
}

/// Containers made for the measurement, removed at its end.
struct Containers {
    names: Vec<String>,
    image: String,
}

impl Containers {
    fn make(count: usize) -> Result<Self, ShownError> {
        let prefix = format!("bench{}-", std::process::id());
        let busybox = debian_packages("bookworm", &["busybox-static"])?;
        let image = format!("{prefix}image:1");
        let tar = "tar -C \"$1\" -c bin | docker import - \"$2\"";
        Run::new("sh")
            .args(["-c", tar, "sh"])
            .arg(&busybox)
            .arg(&image)
            .ok()?;
        let mut made = Self {
            names: Vec::new(),
            image,
        };
        say(&format!("creating {count} containers"));
        for index in 0..count {
            let name = format!("{prefix}{index}");
            Run::new("docker")
                .args([
                    "create",
                    "--name",
                    &name,
                    "--env",
                    "A=b c",
                    "--env",
                    "PATH=/bin",
                ])
                .args([
                    "--label",
                    "app=bench",
                    "--memory",
                    "64m",
                    "--publish",
                    "8080:80",
                ])
                .args([
                    "--volume",
                    "/data",
                    "--restart",
                    "always",
                    "--hostname",
                    "h",
                ])
                .args([&made.image, "/bin/busybox", "sleep", "1000"])
                .ok()?;
            made.names.push(name);
        }
        Ok(made)
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        for names in self.names.chunks(50) {
            Run::new("docker")
                .args(["rm", "-f", "-v"])
                .args(names)
                .try_it();
        }
        Run::new("docker").args(["rmi", "-f", &self.image]).try_it();
    }
}
