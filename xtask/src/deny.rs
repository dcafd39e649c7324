// SPDX-License-Identifier: Apache-2.0

use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;
use lab::setup;
use shared::error::ShownError;
use shared::output::Printer;

/// `cargo xtask deny`
#[derive(Args, Debug)]
pub struct Deny {
    /// Check the advisory database too, which has to be fetched
    #[arg(long)]
    advisories: bool,
}

impl Deny {
    /// Holds the dependencies against `deny.toml`.
    pub fn run(self, _: Printer) -> Result<ExitCode, ShownError> {
        let program = setup::cargo_deny()?;
        let mut command = Command::new(program);
        command
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .args([
                "--log-level",
                "error",
                "check",
                "licenses",
                "bans",
                "sources",
            ]);
        if self.advisories {
            command.arg("advisories");
        }
        let status = command.status().map_err(|error| {
            ShownError::failed("cargo-deny could not be started").caused_by(error)
        })?;
        if status.success() {
            return Ok(ExitCode::SUCCESS);
        }
        Err(
            ShownError::failed("the dependencies break a rule of deny.toml")
                .hinted("see cargo-deny's words above"),
        )
    }
}
