// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Node;
use super::services::write_program;
use crate::error::{LabError, Result};
use crate::run::Run;

/// The lab's ssh keys: one for the user, one for all nodes.
#[derive(Debug)]
pub(crate) struct SshKeys {
    folder: PathBuf,
}

impl SshKeys {
    /// Makes both keys.
    pub(crate) fn make(lab: &Path) -> Result<Self> {
        let folder = lab.join("ssh");
        super::engine::folder(&folder)?;
        for name in ["user", "host"] {
            Run::new("ssh-keygen")
                .args([
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-C",
                    "kubectl-etcd-lab",
                    "-f",
                ])
                .arg(folder.join(name))
                .ok()?;
        }
        Ok(Self { folder })
    }

    fn public(&self, name: &str) -> Result<String> {
        let path = self.folder.join(name).with_extension("pub");
        fs::read_to_string(&path).map_err(LabError::file("read", &path))
    }

    /// Writes what ssh needs to reach the nodes by name or address, and the `ssh` that uses it.
    pub(crate) fn write_client_files(&self, lab: &Path, nodes: &[Node]) -> Result<()> {
        let host_key = self.public("host")?;
        let key: String = host_key
            .split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        let known: String = nodes
            .iter()
            .map(|node| format!("{},{} {key}\n", node.name, node.address))
            .collect();
        let known_hosts = self.folder.join("known_hosts");
        fs::write(&known_hosts, known).map_err(LabError::file("write", &known_hosts))?;
        let mut config = String::new();
        for node in nodes {
            config.push_str(&format!(
                "Host {}\n    HostName {}\n",
                node.name, node.address
            ));
        }
        config.push_str(&format!(
            "Host *\n    User root\n    IdentityFile {}\n    IdentitiesOnly yes\n    \
             UserKnownHostsFile {}\n    GlobalKnownHostsFile /dev/null\n    \
             StrictHostKeyChecking yes\n    BatchMode yes\n    ConnectTimeout 5\n",
            self.folder.join("user").display(),
            known_hosts.display()
        ));
        let config_path = lab.join("ssh_config");
        fs::write(&config_path, config).map_err(LabError::file("write", &config_path))?;
        let bin = lab.join("bin");
        super::engine::folder(&bin)?;
        let ssh = which::which("ssh").unwrap_or_else(|_| PathBuf::from("/usr/bin/ssh"));
        write_program(
            &bin.join("ssh"),
            &format!(
                "#!/bin/sh\nexec {} -F {} \"$@\"\n",
                ssh.display(),
                config_path.display()
            ),
        )
    }

    /// Writes the node's sshd service.
    pub(super) fn install(&self, node: &Node) -> Result<()> {
        let ssh = node.host_path("/etc/ssh");
        super::engine::folder(&ssh)?;
        let host_key = ssh.join("host_key");
        fs::copy(self.folder.join("host"), &host_key).map_err(LabError::file("copy", &host_key))?;
        fs::set_permissions(&host_key, fs::Permissions::from_mode(0o600))
            .map_err(LabError::file("change", &host_key))?;
        let keys = ssh.join("authorized_keys");
        fs::write(&keys, self.public("user")?).map_err(LabError::file("write", &keys))?;
        let config = format!(
            "Port 22\nHostKey /etc/ssh/host_key\nAuthorizedKeysFile /etc/ssh/authorized_keys\n\
             PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\n\
             PermitRootLogin prohibit-password\nMaxStartups 100\nMaxSessions 100\n\
             PrintMotd no\nSetEnv PATH={}\n",
            crate::run::search_path()
        );
        let path = ssh.join("sshd_config");
        fs::write(&path, config).map_err(LabError::file("write", &path))?;
        let sshd = which::which("sshd").unwrap_or_else(|_| PathBuf::from("/usr/sbin/sshd"));
        write_program(
            &node.host_path("/etc/lab/services/sshd"),
            &format!(
                "#!/bin/sh\nexec {} -D -e -f /etc/ssh/sshd_config\n",
                sshd.display()
            ),
        )
    }
}
