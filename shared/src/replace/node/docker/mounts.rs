// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use crate::replace::node::data::Places;

/// A mount of a container, as its inspect lists it under `Mounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs`.
    pub kind: String,
    /// Volume name, empty for others.
    pub name: String,
    /// Path on the node.
    pub source: String,
    /// Path in the container.
    pub destination: String,
    /// Whether it can be written.
    pub writable: bool,
}

/// All mounts of a container.
pub fn mounts(inspect: &Value) -> Vec<Mount> {
    let list = inspect["Mounts"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list.map(|mount| Mount {
        kind: text(&mount["Type"]),
        name: text(&mount["Name"]),
        source: text(&mount["Source"]),
        destination: text(&mount["Destination"]),
        writable: mount["RW"].as_bool().unwrap_or(false),
    })
    .collect()
}

/// The mount that `path` lies on: the one with the longest destination above it.
pub fn covering<'a>(mounts: &'a [Mount], path: &str) -> Option<&'a Mount> {
    mounts
        .iter()
        .filter(|mount| is_below(path, &mount.destination))
        .max_by_key(|mount| mount.destination.len())
}

/// The mounts that a member's files lie on, each once; none where they are in the container's own
/// layer.
pub fn of_places<'a>(mounts: &'a [Mount], places: &Places) -> Vec<&'a Mount> {
    let mut found: Vec<&Mount> = Vec::new();
    for path in places.to_set_aside() {
        // A mount at the path itself must be seen as a mount point: its parent's is needed.
        for candidate in [places.data_dir.clone(), path] {
            if let Some(mount) = covering(mounts, &candidate)
                && !found.contains(&mount)
            {
                found.push(mount);
            }
        }
    }
    found
}

/// Whether `path` is `folder` or below it.
pub fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.trim_end_matches('/')
        .strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Mount {
    /// As an entry of `HostConfig.Mounts`: unlike with `Binds`, a missing folder is an error and
    /// is never created.
    pub fn request(&self) -> Value {
        let source = if self.kind == "volume" {
            &self.name
        } else {
            &self.source
        };
        let mut request = json!({
            "Type": self.kind, "Source": source, "Target": self.destination
        });
        if self.kind == "volume" {
            // An empty one must not be filled from the image.
            request["VolumeOptions"] = json!({ "NoCopy": true });
        }
        request
    }

    /// Whether it is mounted somewhere below `folder`.
    pub fn is_inside(&self, folder: &str) -> bool {
        is_below(&self.destination, folder)
            && self.destination.trim_end_matches('/') != folder.trim_end_matches('/')
    }

    /// `path` (in the container) as the node itself sees it.
    pub fn on_node(&self, path: &str) -> String {
        let rest = path
            .strip_prefix(self.destination.trim_end_matches('/'))
            .unwrap_or_default();
        format!("{}{rest}", self.source.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_above_a_path_is_found() {
        let inspect = json!({ "Mounts": [
            { "Type": "bind", "Source": "/var/lib/etcd", "Destination": "/var/lib/rancher/etcd", "RW": true },
            { "Type": "bind", "Source": "/wal", "Destination": "/var/lib/rancher/etcd/member/wal", "RW": true },
            { "Type": "volume", "Name": "v", "Source": "/x/_data", "Destination": "/var/lib/rancher2", "RW": true },
        ]});
        let all = mounts(&inspect);
        let of = |path: &str| covering(&all, path).map(|m| m.source.as_str());
        assert_eq!(of("/var/lib/rancher/etcd/"), Some("/var/lib/etcd"));
        assert_eq!(of("/var/lib/rancher/etcd/member"), Some("/var/lib/etcd"));
        assert_eq!(of("/var/lib/rancher/etcd/member/wal/0.wal"), Some("/wal"));
        assert_eq!(of("/var/lib/rancher/etcd-other"), None);
        assert_eq!(
            all[0].on_node("/var/lib/rancher/etcd/member"),
            "/var/lib/etcd/member"
        );
        assert_eq!(all[2].request()["Source"], "v");
    }
}
