// SPDX-License-Identifier: Apache-2.0

//! What the user chose.

use std::path::PathBuf;
use std::time::Duration;

/// What the user chose; the same for planning and running.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refusal ids that the user overrode, each by its own flag.
    pub overridden: Vec<String>,
    /// Add a voter even where a learner could be.
    pub no_learner: bool,
    /// Where snapshots go.
    pub snapshot_dir: PathBuf,
    /// A helper program to use instead of the embedded one.
    pub helper_binary: Option<PathBuf>,
    /// How long to wait for the new member to be in sync.
    pub wait: Duration,
    /// The access flags in use, to repeat in remedies.
    pub access_flags: Vec<String>,
}

impl Options {
    /// Whether a refusal was overridden.
    pub fn overrides(&self, id: &str) -> bool {
        self.overridden.iter().any(|known| known == id)
    }

    /// etcd-health's command with the access flags in use.
    pub fn health_command(&self) -> String {
        let mut text = "kubectl etcd-health".to_owned();
        for flag in &self.access_flags {
            text.push(' ');
            text.push_str(flag);
        }
        text
    }

    /// A command of this plugin with the access flags in use.
    pub fn command(&self, words: &str) -> String {
        let mut text = format!("kubectl etcd-replace {words}");
        for flag in &self.access_flags {
            text.push(' ');
            text.push_str(flag);
        }
        text
    }
}
