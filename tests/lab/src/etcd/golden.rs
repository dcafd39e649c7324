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
        Ok(())
    }

    /// Puts a node back to it. What was added beside (data set aside) goes, too.
    pub(crate) fn restore(&self, node: &Node) -> Result<()> {
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

fn copy(from: &Path, to: &Path) -> Result<()> {
    // WAL files are 64 MB of preallocated nothing each: keep the holes.
    Run::new("cp")
        .args(["-a", "--reflink=auto", "--sparse=always"])
        .arg(from)
        .arg(to)
        .ok()?;
    Ok(())
}
