// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{LabError, Result};
use crate::node::Node;
use crate::run::Run;

/// The cluster's files in the state to go back to, taken while every member was stopped.
#[derive(Debug, Clone)]
pub(crate) struct Golden {
    folder: PathBuf,
}

/// What is kept of each node.
const PARTS: &[(&str, &str)] = &[("etcd", "/var/lib/etcd"), ("kubernetes", "/etc/kubernetes")];

/// The file that tells what else lay in /var/lib.
const BESIDE: &str = "beside";

impl Golden {
    pub(crate) fn of(lab: &Path) -> Self {
        Self {
            folder: lab.join("golden"),
        }
    }

    /// Takes the state of a node.
    pub(crate) fn take(&self, node: &Node) -> Result<()> {
        let folder = self.folder.join(&node.name);
        fs::create_dir_all(&folder).map_err(LabError::file("create", &folder))?;
        for (name, path) in PARTS {
            copy(&node.host_path(path), &folder.join(name))?;
        }
        let list = folder.join(BESIDE);
        fs::write(&list, names_beside(node).join("\n")).map_err(LabError::file("write", &list))
    }

    /// Puts a node back to it. What was added beside (data set aside) goes, too.
    pub(crate) fn restore(&self, node: &Node) -> Result<()> {
        let list = self.folder.join(&node.name).join(BESIDE);
        let known = fs::read_to_string(&list).map_err(LabError::file("read", &list))?;
        for name in names_beside(node) {
            if !known.lines().any(|line| line == name) {
                let path = node.host_path("/var/lib/").join(&name);
                Run::new("rm").arg("-rf").arg(&path).ok()?;
            }
        }
        for (name, path) in PARTS {
            let target = node.host_path(path);
            // The folder itself stays: it may be bound into the node.
            Run::new("find")
                .arg(&target)
                .args(["-mindepth", "1", "-delete"])
                .ok()?;
            let golden = self.folder.join(&node.name).join(name);
            Run::new("cp")
                .args(["-a", "--reflink=auto", "--sparse=always"])
                .arg(golden.join("."))
                .arg(&target)
                .ok()?;
        }
        Ok(())
    }
}

/// What lies in the node's /var/lib, where data set aside would be put.
fn names_beside(node: &Node) -> Vec<String> {
    let listed = fs::read_dir(node.host_path("/var/lib/"))
        .into_iter()
        .flatten()
        .flatten();
    listed
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // WAL files are 64 MB of preallocated nothing each: keep the holes.
    Run::new("cp")
        .args(["-a", "--reflink=auto", "--sparse=always"])
        .arg(from)
        .arg(to)
        .ok()?;
    Ok(())
}
