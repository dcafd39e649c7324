// SPDX-License-Identifier: Apache-2.0

use std::path::Path;
use std::process::Command;

use super::found::under;

/// Units that run etcd: Debian's and kubespray's, CoreOS', k3s' and RKE2's.
const UNITS: &[&str] = &["etcd", "etcd-member", "k3s", "rke2-server"];

/// The end of the journal of the units that run etcd; nothing on a machine without systemd.
pub fn tail(root: &Path) -> Option<Vec<String>> {
    // sd_booted(3).
    if !under(root, "/run/systemd/system").exists() {
        return None;
    }
    let mut command = Command::new("journalctl");
    command.args(["--no-pager", "--quiet", "--output=cat", "--lines=400"]);
    for unit in UNITS {
        command.args(["--unit", unit]);
    }
    let output = command.output().ok().filter(|o| o.status.success())?;
    let lines: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    (!lines.is_empty()).then_some(lines)
}
