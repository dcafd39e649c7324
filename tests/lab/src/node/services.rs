// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use super::Node;
use crate::error::{LabError, Result};
use crate::{process, wait};

/// Writes a file that the node (or we) will run.
pub(crate) fn write_program(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(LabError::file("write", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(LabError::file("change", path))
}

impl Node {
    /// Ends a service of the node (`engine`, `sshd`) and keeps it from starting again.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop_service(&self, label: &str) -> Result<()> {
        self.stop_service_with(label, "TERM")
    }

    /// The same with another signal.
    pub(crate) fn stop_service_with(&self, label: &str, signal: &str) -> Result<()> {
        let off = self.host_path(&format!("/run/lab/{label}.off"));
        fs::write(&off, "").map_err(LabError::file("write", &off))?;
        self.kill_service(label, signal)
    }

    /// Lets a stopped service run again.
    ///
    /// # Errors
    /// When the node's folder cannot be written.
    pub fn start_service(&self, label: &str) -> Result<()> {
        let off = self.host_path(&format!("/run/lab/{label}.off"));
        match fs::remove_file(&off) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(LabError::File {
                action: "remove",
                path: off,
                source,
            }),
            _ => Ok(()),
        }
    }

    /// Ends the service's process with a signal; the node starts it again by itself.
    ///
    /// # Errors
    /// When it does not end within 20 s.
    pub fn kill_service(&self, label: &str, signal: &str) -> Result<()> {
        let Some(pid) = self.service_pid(label) else {
            return Ok(());
        };
        process::signal(pid, signal);
        wait::until(
            &format!("the end of {label} on {}", self.name),
            Duration::from_secs(20),
            || match process::started_at(pid) {
                None => Ok(()),
                Some(_) => Err("it still runs".to_owned()),
            },
        )
    }

    /// The process of a service, seen from the host.
    pub fn service_pid(&self, label: &str) -> Option<u32> {
        let inside = fs::read_to_string(self.host_path(&format!("/run/lab/{label}.pid"))).ok()?;
        let inside = inside.trim();
        let init = self.init_pid().ok()?;
        // The service is a grandchild of process 1 with that id in the innermost namespace.
        process::children(init)
            .into_iter()
            .flat_map(process::children)
            .find(|pid| {
                fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| {
                    status
                        .lines()
                        .find_map(|line| line.strip_prefix("NSpid:"))
                        .and_then(|ids| ids.split_whitespace().last())
                        == Some(inside)
                })
            })
    }
}
