// SPDX-License-Identifier: Apache-2.0

//! A small disk of its own under a node's etcd data, to fill or to slow down.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{LabError, Result};
use crate::node::Node;
use crate::run::Run;

const MEGABYTE: u64 = 1024 * 1024;

fn image(node: &Node) -> PathBuf {
    node.folder().join("disk.img")
}

/// Puts the stopped member's data onto a loop device of this size; returns the device.
pub(super) fn put_data_on_loop(node: &Node, megabytes: u64) -> Result<PathBuf> {
    let image = image(node);
    let file = fs::File::create(&image).map_err(LabError::file("write", &image))?;
    file.set_len(megabytes * MEGABYTE)
        .map_err(LabError::file("write", &image))?;
    Run::new("mkfs.ext4")
        .args(["-q", "-F", "-m", "0"])
        .arg(&image)
        .ok()?;
    let device = PathBuf::from(
        Run::new("losetup")
            .args(["--find", "--show"])
            .arg(&image)
            .ok()?
            .trim()
            .to_owned(),
    );
    // Below /run, as the lab's own folder may be hidden inside the node.
    let at = "/run/lab/disk";
    node.run(["mkdir", "-p", at])?.ok()?;
    node.run(["mount"])?.arg(&device).arg(at).ok()?;
    node.run(["cp", "-a", "--sparse=always", "/var/lib/etcd/.", at])?
        .ok()?;
    node.run(["mount", "--bind", at, "/var/lib/etcd"])?.ok()?;
    Ok(device)
}

/// The file's device number as cgroup files take it.
pub(super) fn device_number(device: &Path) -> Result<String> {
    let text = Run::new("lsblk")
        .args(["-dno", "MAJ:MIN"])
        .arg(device)
        .ok()?;
    Ok(text.trim().to_owned())
}

/// Limits writing to a device: by cgroup v1's `blkio` for the node's containers and for the root,
/// to which the file system's journal belongs; by cgroup v2's `io.max` for the containers.
pub(super) fn limit_writes(node: &Node, device: &Path, limits: Option<&Limits>) -> Result<()> {
    let number = device_number(device)?;
    let cgroups = Path::new("/sys/fs/cgroup");
    if cgroups.join("cgroup.controllers").exists() {
        let line = match limits {
            Some(Limits { bytes, operations }) => {
                format!("{number} wbps={bytes} wiops={operations}")
            }
            None => format!("{number} wbps=max wiops=max"),
        };
        return own_groups(cgroups, node).iter().try_for_each(|group| {
            let path = group.join("io.max");
            fs::write(&path, &line).map_err(LabError::file("write", &path))
        });
    }
    let root = cgroups.join("blkio");
    let mut groups = own_groups(&root, node);
    groups.push(root);
    // Zero takes a limit away.
    let bytes = limits.map_or(0, |limits| limits.bytes);
    let operations = limits.map_or(0, |limits| limits.operations);
    for group in groups {
        for (file, value) in [
            ("blkio.throttle.write_bps_device", bytes),
            ("blkio.throttle.write_iops_device", operations),
        ] {
            let path = group.join(file);
            fs::write(&path, format!("{number} {value}"))
                .map_err(LabError::file("write", &path))?;
        }
    }
    Ok(())
}

/// What a slow disk can do in a second.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) bytes: u64,
    pub(super) operations: u64,
}

/// The cgroups of the node's containers in a hierarchy.
fn own_groups(hierarchy: &Path, node: &Node) -> Vec<PathBuf> {
    let own = hierarchy.join(node.cgroup().trim_start_matches('/'));
    let containers = fs::read_dir(own)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    containers.filter(|path| path.is_dir()).collect()
}

/// Takes the limits, the mounts and the device away again.
pub(crate) fn take_away(node: &Node) -> Result<()> {
    let image = image(node);
    let devices = Run::new("losetup")
        .args(["--noheadings", "--output", "NAME", "--associated"])
        .arg(&image)
        .ok()?;
    for device in devices.split_whitespace() {
        let _ = limit_writes(node, Path::new(device), None);
    }
    for path in ["/var/lib/etcd", "/run/lab/disk"] {
        let mounts = node.run(["cat", "/proc/mounts"])?.ok()?;
        for _ in mounts
            .lines()
            .filter(|line| line.split(' ').nth(1) == Some(path))
        {
            node.run(["umount", "--lazy", path])?.ok()?;
        }
    }
    for device in devices.split_whitespace() {
        Run::new("losetup").args(["--detach", device]).try_it();
    }
    if image.exists() {
        fs::remove_file(&image).map_err(LabError::file("remove", &image))?;
    }
    Ok(())
}
