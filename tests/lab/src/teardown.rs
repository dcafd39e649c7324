// SPDX-License-Identifier: Apache-2.0

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::run::Run;
use crate::spec::LabSpec;

const SCRIPT: &str = include_str!("teardown.sh");

/// Takes the lab of that folder down, complete or not.
pub(crate) fn down(folder: &Path, name: &str) -> Result<()> {
    Run::new("sh")
        .args(["-s", "--"])
        .arg(folder)
        .arg(name)
        .input(SCRIPT)
        .within(Duration::from_secs(120))
        .ok()
        .map(|_| ())
}

/// A process of its own session that takes the lab down when this process is gone, however it
/// went: it waits for the end of a pipe whose other end only we hold.
#[derive(Debug)]
pub(crate) struct Watchdog {
    child: Child,
}

impl Watchdog {
    /// Begins to watch.
    pub(crate) fn over(spec: &LabSpec) -> Result<Self> {
        let mut child = Command::new("setsid")
            .args([
                "sh",
                "-c",
                "cat >/dev/null; exec sh -c \"$1\" teardown \"$2\" \"$3\"",
            ])
            .args(["watchdog", SCRIPT])
            .arg(spec.folder())
            .arg(&spec.name)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| LabError::Start {
                command: "setsid sh".to_owned(),
                source,
            })?;
        if let Some(stdin) = child.stdin.as_mut() {
            let _ = stdin.flush();
        }
        Ok(Self { child })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
