// SPDX-License-Identifier: Apache-2.0

use std::io::{BufRead as _, BufReader, pipe};
use std::process::{Command, ExitCode};

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;

use crate::setup::Setup;

/// `cargo xtask test`
#[derive(Debug, Args)]
pub struct Test {
    /// Passed on to `cargo test`, such as `--test etcd_health` or `-p shared`
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    args: Vec<String>,
}

/// Real engines and elections on a busy machine can exceed a deadline once. A test that fails is
/// run once more by itself; one that then passes is named, and one that fails again has failed.
const MOST_TO_REPEAT: usize = 8;

impl Test {
    /// All the set-up, then every test.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        Setup::everything().run(printer)?;
        printer.note("running every test: cargo test --workspace --no-fail-fast");
        let first = cargo_test(printer, &self.args, &[])?;
        if first.success || first.failed.is_empty() || first.failed.len() > MOST_TO_REPEAT {
            return Ok(exit(first.success));
        }
        printer.note(&format!(
            "running once more what failed: {}",
            first.failed.join(", ")
        ));
        let second = cargo_test(printer, &self.args, &first.failed)?;
        for name in &first.failed {
            let outcome = if second.failed.contains(name) {
                "failed twice"
            } else {
                "failed, then passed by itself"
            };
            printer.note(&format!("{name}: {outcome}"));
        }
        Ok(exit(second.success && second.failed.is_empty()))
    }
}

fn exit(success: bool) -> ExitCode {
    if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// How a run of `cargo test` ended.
struct Outcome {
    success: bool,
    failed: Vec<String>,
}

fn cargo_test(printer: Printer, args: &[String], only: &[String]) -> Result<Outcome, ShownError> {
    let broken =
        |error: std::io::Error| ShownError::failed("cargo could not be run").caused_by(error);
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(args);
    if !only.is_empty() {
        command.args(["--", "--exact"]).args(only);
    }
    // A user's own cluster must not reach the tests.
    for name in [
        "KUBECONFIG",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "ETCDCTL_ENDPOINTS",
    ] {
        command.env_remove(name);
    }
    let (reader, writer) = pipe().map_err(broken)?;
    command
        .stdout(writer.try_clone().map_err(broken)?)
        .stderr(writer);
    let mut child = command.spawn().map_err(broken)?;
    // The command holds the pipe's ends that the child inherited: without it the reader ends.
    drop(command);
    let mut failed = Vec::new();
    for line in BufReader::new(reader).lines() {
        let line = line.map_err(broken)?;
        if let Some(name) = failed_test(&line) {
            failed.push(name.to_owned());
        }
        printer.data(&line);
    }
    let status = child.wait().map_err(broken)?;
    Ok(Outcome {
        success: status.success(),
        failed,
    })
}

/// The name in libtest's line of a failed test: `test NAME ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

#[cfg(test)]
mod tests {
    use super::failed_test;

    #[test]
    fn failed_tests_are_found_in_the_output() {
        assert_eq!(failed_test("test a::b ... FAILED"), Some("a::b"));
        assert_eq!(failed_test("test a::b ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 1 passed"), None);
    }
}
