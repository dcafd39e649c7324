// SPDX-License-Identifier: Apache-2.0

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::error::{LabError, Result};
use crate::process;
use crate::run::Run;

/// A node that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// `n1`, `n2`, …
    pub name: String,
    /// From 0.
    pub index: usize,
    /// Its address on the lab's bridge.
    pub address: Ipv4Addr,
    /// Its network namespace.
    pub namespace: String,
    /// The host's end of its cable.
    pub cable: String,
    /// The lab's folder.
    pub lab: PathBuf,
    /// How etcd runs on it.
    #[serde(default)]
    pub kind: Kind,
}

/// How to log in to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAccess {
    /// The configuration file: `ssh -F FILE NODE`.
    pub config: PathBuf,
    /// A folder with an `ssh` that uses that configuration, to put first on a PATH.
    pub wrapper_folder: PathBuf,
}

impl Node {
    /// The node's folder on the host.
    pub fn folder(&self) -> PathBuf {
        self.lab.join("nodes").join(&self.name)
    }

    /// Where on the host a path of the node lies (below /etc, /run, /var/lib and /var/log;
    /// everything else is the host's own).
    pub fn host_path(&self, path: &str) -> PathBuf {
        let own = [
            ("/etc/", "etc"),
            ("/run/", "run"),
            ("/var/run/", "run"),
            ("/var/lib/", "var-lib"),
            ("/var/log/", "var-log"),
        ];
        for (prefix, folder) in own {
            if let Some(rest) = path.strip_prefix(prefix) {
                return self.folder().join(folder).join(rest);
            }
        }
        PathBuf::from(path)
    }

    /// Its etcd data folder, on the host.
    pub fn data_dir(&self) -> PathBuf {
        self.host_path("/var/lib/etcd")
    }

    /// The address for `docker -H` and `--docker-host`, from outside the node.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.docker_socket().display())
    }

    /// The engine's socket, on the host.
    pub fn docker_socket(&self) -> PathBuf {
        self.folder().join("run/docker.sock")
    }

    /// The same engine over ssh.
    pub fn ssh_host(&self) -> String {
        format!("ssh://root@{}", self.address)
    }

    /// The etcd client URL.
    pub fn client_url(&self) -> String {
        format!("https://{}:2379", self.address)
    }

    /// The etcd peer URL.
    pub fn peer_url(&self) -> String {
        format!("https://{}:2380", self.address)
    }

    /// The etcd member's name, as RKE or kubeadm gives it.
    pub fn member_name(&self) -> String {
        match self.kind {
            Kind::Rke1 => format!("etcd-{}", self.name),
            Kind::Kubeadm => self.name.clone(),
        }
    }

    /// A file of the node's etcd certificates (RKE's names), on the node.
    pub fn certificate(&self, part: &str) -> String {
        let dashed = self.address.to_string().replace('.', "-");
        format!("/etc/kubernetes/ssl/kube-etcd-{dashed}{part}.pem")
    }

    /// The certificates that etcd serves and their keys, on the node.
    pub(crate) fn etcd_certificates(&self) -> Vec<(String, String)> {
        match self.kind {
            Kind::Rke1 => vec![(self.certificate(""), self.certificate("-key"))],
            Kind::Kubeadm => ["server", "peer"]
                .map(|name| format!("/etc/kubernetes/pki/etcd/{name}"))
                .map(|path| (format!("{path}.crt"), format!("{path}.key")))
                .to_vec(),
        }
    }

    /// A docker command on this node's engine.
    pub fn docker<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::new("docker")
            .arg("-H")
            .arg(self.docker_host())
            .args(args)
    }

    /// The id of the node's first process, seen from the host.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn init_pid(&self) -> Result<u32> {
        process::noted(&self.lab, &self.init_label()).ok_or_else(|| self.is_down())
    }

    pub(crate) fn is_down(&self) -> LabError {
        LabError::value(format!("the node \"{}\" does not run", self.name))
    }

    pub(crate) fn init_label(&self) -> String {
        format!("init-{}", self.name)
    }

    pub(crate) fn pid_label(&self) -> String {
        format!("node-{}", self.name)
    }

    /// A command inside all of the node's namespaces.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<Run> {
        let pid = self.init_pid()?.to_string();
        Ok(Run::new("nsenter")
            .args(["-t", &pid, "-m", "-u", "-i", "-n", "-p", "--"])
            .args(args))
    }

    /// A command in the node's network alone (the host's files and processes).
    pub fn in_network<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::new("nsenter")
            .arg(format!(
                "--net={}",
                Path::new("/run/netns").join(&self.namespace).display()
            ))
            .arg("--")
            .args(args)
    }
}
