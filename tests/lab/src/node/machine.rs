// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use super::engine::{self, Engine, folder};
use super::services::write_program;
use super::{Kind, Node, SshKeys};
use crate::error::{LabError, Result};
use crate::run::Run;
use crate::setup::cache_root;
use crate::{process, wait};

/// What of the host's /etc a node gets a copy of; nothing secret.
const FROM_HOST: &[&str] = &[
    "passwd",
    "group",
    "nsswitch.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "services",
    "protocols",
    "os-release",
    "localtime",
    "ssl",
    "pki",
    "ca-certificates",
    "debian_version",
];

/// Writes a node's own files: everything it has before it boots.
pub(crate) fn prepare(
    node: &Node,
    all: &[Node],
    engine: &Engine,
    driver: &str,
    keys: &SshKeys,
) -> Result<()> {
    for part in [
        "etc/lab/services",
        "run",
        "var-lib/etcd",
        "var-log",
        "var-lib/docker",
    ] {
        folder(&node.folder().join(part))?;
    }
    if node.kind == Kind::Rke1 {
        folder(&node.host_path("/etc/kubernetes/ssl"))?;
    }
    // etcd wants its data folder closed, and says so in its log otherwise.
    let data = node.data_dir();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700))
        .map_err(LabError::file("change", &data))?;
    let etc = node.folder().join("etc");
    for name in FROM_HOST {
        let from = Path::new("/etc").join(name);
        if from.exists() {
            Run::new("cp").arg("-a").arg(&from).arg(&etc).ok()?;
        }
    }
    let write = |name: &str, text: String| {
        let path = etc.join(name);
        fs::write(&path, text).map_err(LabError::file("write", &path))
    };
    let mut hosts = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
    for other in all {
        hosts.push_str(&format!("{} {}\n", other.address, other.name));
    }
    write("hosts", hosts)?;
    write("hostname", format!("{}\n", node.name))?;
    write("resolv.conf", String::new())?;
    write("mtab", String::new())?;
    // No password, and not the "!" that sshd takes for a locked account.
    write("shadow", "root:*:19000:0:99999:7:::\n".to_owned())?;
    write_program(&node.host_path("/etc/lab/init"), include_str!("init.sh"))?;
    engine::install(node, engine, driver)?;
    keys.install(node)
}

/// Starts a prepared node.
pub(crate) fn boot(node: &Node) -> Result<()> {
    let log = node.folder().join("var-log/init.log");
    let mut keep = vec![cache_root()];
    keep.extend(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .map(Path::to_owned),
    );
    let pid = node
        .in_network([
            "unshare",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--propagation",
            "private",
            "sh",
        ])
        .arg(node.folder().join("etc/lab/init"))
        .arg(node.folder())
        .arg(&node.name)
        .args(keep.iter().filter(|path| path.is_dir()))
        .detach(&log)?;
    process::note(&node.lab, &node.pid_label(), pid)?;
    let booted = node.folder().join("run/lab/booted");
    wait::until(
        &format!("the boot of {}", node.name),
        Duration::from_secs(20),
        || {
            if booted.exists() {
                return Ok(());
            }
            Err(fs::read_to_string(&log).unwrap_or_default())
        },
    )?;
    let init = process::children(pid)
        .first()
        .copied()
        .ok_or_else(|| node.is_down())?;
    process::note(&node.lab, &node.init_label(), init)
}
