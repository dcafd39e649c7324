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

impl Test {
    /// All the set-up, then every test.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        Setup::everything().run(printer)?;
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["test", "--workspace", "--no-fail-fast"])
            .args(&self.args);
        // The lab's own root and a user's kubeconfig must not reach the tests.
        for name in [
            "KUBECONFIG",
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "ETCDCTL_ENDPOINTS",
        ] {
            command.env_remove(name);
        }
        printer.note("running every test: cargo test --workspace --no-fail-fast");
        let status = command
            .status()
            .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
