// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Node;
use super::services::write_program;
use crate::error::{LabError, Result};
use crate::run::Run;
use crate::setup::docker_engine;
use crate::wait;

/// Which Docker engine the nodes run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// The machine's own `dockerd`.
    #[default]
    System,
    /// That of a Debian suite, unpacked privately (`bookworm`, `trixie`, `sid`).
    Suite(String),
}

/// The first storage driver that works in `folder`.
pub fn storage_driver(folder: &Path) -> &'static str {
    if overlay_works(folder) {
        "overlay2"
    } else if which::which("fuse-overlayfs").is_ok() && Path::new("/dev/fuse").exists() {
        "fuse-overlayfs"
    } else {
        // Copies every layer; the lab's images are small.
        "vfs"
    }
}

fn overlay_works(folder: &Path) -> bool {
    let Ok(probe) = tempfile::tempdir_in(folder) else {
        return false;
    };
    let at = |part: &str| probe.path().join(part);
    for part in ["lower", "upper", "work", "merged"] {
        if fs::create_dir(at(part)).is_err() {
            return false;
        }
    }
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        at("lower").display(),
        at("upper").display(),
        at("work").display()
    );
    let mounted = Run::new("mount")
        .args(["-t", "overlay", "overlay", "-o", &options])
        .arg(at("merged"))
        .try_it();
    if mounted {
        Run::new("umount").arg(at("merged")).try_it();
    }
    mounted
}

/// Whether this process may raise limits; runc takes that for granted.
fn may_raise_limits() -> bool {
    const CAP_SYS_RESOURCE: u32 = 24;
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("CapEff:"))
            .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
            .is_some_and(|set| set >> CAP_SYS_RESOURCE & 1 == 1)
    })
}

/// Writes the node's engine service.
pub(super) fn install(node: &Node, engine: &Engine, driver: &str) -> Result<()> {
    let own: Vec<PathBuf> = match engine {
        Engine::System => Vec::new(),
        Engine::Suite(suite) => docker_engine(suite)?.path,
    };
    let path = own
        .iter()
        .map(|folder| format!("{}:", folder.display()))
        .chain([crate::run::search_path()])
        .collect::<String>();
    let mut flags = vec![
        "--host=unix:///var/run/docker.sock".to_owned(),
        "--bridge=none".to_owned(),
        "--iptables=false".to_owned(),
        "--ip6tables=false".to_owned(),
        "--exec-opt=native.cgroupdriver=cgroupfs".to_owned(),
        format!("--storage-driver={driver}"),
        format!("--cgroup-parent={}", cgroup(node)),
    ];
    if !may_raise_limits() {
        let wrapper = node.host_path("/etc/lab/runc");
        write_program(&wrapper, include_str!("runc-wrapper.sh"))?;
        flags.push("--add-runtime=lab=/etc/lab/runc".to_owned());
        flags.push("--default-runtime=lab".to_owned());
    }
    let service = format!(
        "#!/bin/sh\nrm -f /run/docker.pid\nPATH='{path}'\nexport PATH\nexec dockerd {}\n",
        flags.join(" ")
    );
    write_program(&node.host_path("/etc/lab/services/engine"), &service)
}

/// The cgroup of the node's containers.
fn cgroup(node: &Node) -> String {
    let lab = node
        .lab
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    format!(
        "/kubectl-etcd-lab/{}/{}",
        lab.unwrap_or_default(),
        node.name
    )
}

impl Node {
    /// Waits until the engine answers; returns its version.
    ///
    /// # Errors
    /// When it does not within 60 s.
    pub fn wait_engine(&self) -> Result<String> {
        wait::until(
            &format!("an answer of the Docker engine of {}", self.name),
            Duration::from_secs(60),
            || {
                let done = self
                    .docker(["version", "--format", "{{.Server.Version}}"])
                    .within(Duration::from_secs(10))
                    .done()
                    .map_err(|error| error.to_string())?;
                if done.success {
                    Ok(done.stdout.trim().to_owned())
                } else {
                    Err(format!(
                        "{} {}",
                        done.stderr.trim(),
                        self.log_tail("engine")
                    ))
                }
            },
        )
    }

    /// The last line of a service's log.
    pub fn log_tail(&self, label: &str) -> String {
        fs::read_to_string(self.host_path(&format!("/var/log/{label}.log")))
            .ok()
            .and_then(|text| text.lines().last().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Ends the engine's process and waits until the next one answers.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn restart_engine(&self) -> Result<()> {
        self.kill_service("engine", "TERM")?;
        self.wait_engine().map(|_| ())
    }

    /// The cgroup (below each hierarchy) of this node's containers.
    pub fn cgroup(&self) -> String {
        cgroup(self)
    }
}

/// Makes sure a folder exists.
pub(super) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(LabError::file("create", path))
}
