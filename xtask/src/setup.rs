// SPDX-License-Identifier: Apache-2.0

use std::process::ExitCode;

use clap::Args;
use lab::setup::{self, EtcdBinaries, EtcdRelease, KubernetesBinary};
use shared::error::ShownError;
use shared::output::Printer;

/// `cargo xtask setup`
#[derive(Debug, Args)]
pub struct Setup {
    /// Only what this etcd release needs (else all of them)
    #[arg(long, value_name = "VERSION", value_parser = |text: &str| text.parse::<EtcdRelease>())]
    etcd: Option<EtcdRelease>,
}

impl Setup {
    /// All of it.
    pub fn everything() -> Self {
        Self { etcd: None }
    }

    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        setup::ensure_tools()?;
        let releases: Vec<EtcdRelease> = match self.etcd {
            Some(release) => vec![release],
            None => EtcdRelease::NAMES
                .iter()
                .map(|name| name.parse())
                .collect::<Result<_, lab::LabError>>()?,
        };
        for release in &releases {
            let binaries = EtcdBinaries::of(release)?;
            printer.data(&format!(
                "etcd {}: {}",
                binaries.version,
                binaries.etcd.display()
            ));
        }
        let api = setup::kubernetes(KubernetesBinary::ApiServer)?;
        printer.data(&format!("kube-apiserver: {}", api.display()));
        printer.data(&format!("kubectl: {}", setup::kubectl()?.display()));
        for suite in ["trixie", "sid"] {
            let engine = setup::docker_engine(suite)?;
            printer.data(&format!("docker engine {}: Debian {suite}", engine.version));
        }
        Ok(ExitCode::SUCCESS)
    }
}
