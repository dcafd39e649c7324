// SPDX-License-Identifier: Apache-2.0

use std::fs;

use super::StaticPod;
use crate::error::{LabError, Result};
use crate::node::Node;

/// Runs etcd with other flags, or under another user: its manifest is changed while it is out of
/// the kubelet's folder.
pub(crate) fn run_changed(
    node: &Node,
    flags: &[(String, String)],
    user: Option<&str>,
) -> Result<()> {
    let pod = StaticPod::of(node, "etcd");
    pod.stop()?;
    let path = pod.parked();
    let mut text = fs::read_to_string(&path).map_err(LabError::file("read", &path))?;
    for (name, value) in flags {
        text = with_flag(&text, name, value);
    }
    if let Some(user) = user {
        text = with_user(&text, user);
    }
    fs::write(&path, text).map_err(LabError::file("write", &path))?;
    pod.start()
}

/// The manifest with a flag of the container's command set.
pub(super) fn with_flag(manifest: &str, name: &str, value: &str) -> String {
    let line = format!("    - --{name}={value}");
    let known = format!("    - --{name}=");
    let is_known = manifest.lines().any(|line| line.starts_with(&known));
    let mut changed = String::new();
    for old in manifest.lines() {
        if old.starts_with(&known) {
            changed.push_str(&line);
        } else {
            changed.push_str(old);
            if !is_known && old == "    - etcd" {
                changed.push('\n');
                changed.push_str(&line);
            }
        }
        changed.push('\n');
    }
    changed
}

fn with_user(manifest: &str, user: &str) -> String {
    let (uid, gid) = user.split_once(':').unwrap_or((user, user));
    let context =
        format!("spec:\n  securityContext:\n    runAsUser: {uid}\n    runAsGroup: {gid}\n");
    manifest.replacen("spec:\n", &context, 1)
}

/// The command of a manifest as kubeadm writes it: one word a line.
pub(super) fn command(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "- command:")
        .skip(1)
        .map_while(|line| line.strip_prefix("    - "))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "apiVersion: v1\nspec:\n  containers:\n  - command:\n    - etcd\n    \
                            - --name=n1\n    image: etcd\n";

    #[test]
    fn flags_are_replaced_or_added() {
        assert_eq!(command(MANIFEST), ["etcd", "--name=n1"]);
        let changed = with_flag(MANIFEST, "name", "other");
        let changed = with_flag(&changed, "initial-cluster-state", "existing");
        assert_eq!(
            command(&changed),
            ["etcd", "--initial-cluster-state=existing", "--name=other"]
        );
        assert!(changed.ends_with("    image: etcd\n"));
    }

    #[test]
    fn a_user_is_the_pods() {
        let changed = with_user(MANIFEST, "7:8");
        assert!(changed.contains(
            "spec:\n  securityContext:\n    runAsUser: 7\n    runAsGroup: 8\n  containers:"
        ));
    }
}
