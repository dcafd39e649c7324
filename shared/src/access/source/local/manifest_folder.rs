// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::manifest;
use crate::model::{ManifestFile, ManifestFolder};

/// Larger than any manifest; the kubelet reads 10 MB at most
/// (k8s pkg/kubelet/config/common.go, maxConfigLength).
const MOST_BYTES: u64 = 10 << 20;

/// What one file of a static pod folder is to the kubelet; nothing where it does not concern etcd
/// or the kubelet passes it over.
pub fn parse(name: &str, text: &str) -> Option<ManifestFile> {
    // k8s pkg/kubelet/config/file_linux.go: every file that does not begin with a dot.
    if name.starts_with('.') {
        return None;
    }
    if let Some(config) = manifest::parse(text) {
        return Some(ManifestFile {
            name: name.to_owned(),
            config: Some(config),
            problem: None,
        });
    }
    if !name.starts_with("etcd") {
        return None;
    }
    let problem = match serde_saphyr::from_str::<serde_json::Value>(text) {
        Ok(value) if value.is_null() => "it is empty".to_owned(),
        Ok(_) => "it is no pod with an etcd container".to_owned(),
        Err(error) => error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    Some(ManifestFile {
        name: name.to_owned(),
        config: None,
        problem: Some(problem),
    })
}

/// The folder as it lies on this machine; nothing where it is not there.
pub fn load(path: &Path) -> Option<ManifestFolder> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_readable = entry
            .metadata()
            .is_ok_and(|data| data.is_file() && data.len() <= MOST_BYTES);
        if !is_readable {
            continue;
        }
        match std::fs::read_to_string(entry.path()) {
            Ok(text) => files.extend(parse(&name, &text)),
            Err(error) if name.starts_with("etcd") => files.push(ManifestFile {
                name,
                config: None,
                problem: Some(error.to_string()),
            }),
            Err(_) => {}
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Some(ManifestFolder {
        node: None,
        path: path.display().to_string(),
        files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  \
                       - name: etcd\n    command: [etcd, --name=a]\n";

    #[test]
    fn every_file_but_hidden_ones_counts() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("etcd.yaml", POD),
            ("etcd.yaml.backup", POD),
            (".etcd.yaml.swp", POD),
            ("etcd-old.yaml", "apiVersion: [\n"),
            ("kube-apiserver.yaml", "kind: Pod\n"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let read = load(folder.path()).unwrap();
        let names: Vec<_> = read
            .files
            .iter()
            .map(|file| (file.name.as_str(), file.config.is_some()))
            .collect();
        assert_eq!(
            names,
            [
                ("etcd-old.yaml", false),
                ("etcd.yaml", true),
                ("etcd.yaml.backup", true)
            ]
        );
        assert!(read.files[0].problem.is_some());
    }
}
