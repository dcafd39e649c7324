// SPDX-License-Identifier: Apache-2.0

//! The flags of every command that looks at a member or changes one.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use shared::access::{self, parse_duration};
use shared::error::ShownError;
use shared::replace::journal::runs_folder;
use shared::replace::options::Options;
use shared::replace::session::{Opened, Session};
use shared::replace::steps::default_snapshot_folder;

use crate::overrides::Overrides;

/// Flags of all commands that may change something.
#[derive(Args, Clone, Debug, Default)]
pub struct ReplaceArgs {
    /// How to reach etcd and the engines.
    #[command(flatten)]
    pub access: access::args::AccessArgs,
    /// Where the snapshot goes (default: kubectl-etcd/snapshots in the XDG state folder)
    #[arg(long, value_name = "FOLDER", help_heading = "Replacement")]
    pub snapshot_dir: Option<PathBuf>,
    /// Add a voter even where a learner could be added
    #[arg(long, help_heading = "Replacement")]
    pub no_learner: bool,
    /// Use this program on the node instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Replacement")]
    pub helper_binary: Option<PathBuf>,
    /// How long to wait for the new member to be in sync, such as 90s or 30m
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = parse_duration, help_heading = "Replacement")]
    pub wait: Duration,
    /// Overrides.
    #[command(flatten)]
    pub overrides: Overrides,
}

impl ReplaceArgs {
    /// As the library wants it.
    pub fn options(&self) -> Result<Options, ShownError> {
        let runs = runs_folder()?;
        Ok(Options {
            overridden: self.overrides.ids(),
            no_learner: self.no_learner,
            snapshot_dir: self
                .snapshot_dir
                .clone()
                .unwrap_or_else(|| default_snapshot_folder(&runs)),
            helper_binary: self.helper_binary.clone(),
            wait: self.wait,
            access_flags: self.access.to_flags(),
        })
    }
    /// Looks at the member that `name` means.
    pub async fn open(&self, name: &str, adopt: bool) -> Result<Opened, ShownError> {
        let settings = access::settings(&self.access)?;
        Session::open(self.options()?, settings, name, adopt).await
    }
}
