// SPDX-License-Identifier: Apache-2.0

use serde::Deserialize;

use super::EtcdSpec;
use crate::error::{LabError, Result};
use crate::kubeadm::{self, StaticPod};
use crate::node::{Kind, Node};

/// The name of the container that RKE gives etcd.
const NAME: &str = "etcd";

/// An etcd container to run: RKE1's flags, each of which can be overridden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EtcdContainer {
    image: String,
    flags: Vec<(String, String)>,
    env: Vec<(String, String)>,
    user: Option<String>,
    /// Flags that were set on purpose, for what is not made of RKE's.
    set: Vec<(String, String)>,
}

impl EtcdContainer {
    /// What RKE1 runs on `node` of a cluster of `members`
    /// (rancher/rke cluster/plan.go BuildEtcdProcess, and its service options for Kubernetes 1.20).
    pub(crate) fn of(spec: &EtcdSpec, node: &Node, members: &[Node], image: &str) -> Self {
        let ca = "/etc/kubernetes/ssl/kube-ca.pem".to_owned();
        let certificate = node.certificate("");
        let key = node.certificate("-key");
        let peer = node.peer_url();
        let flags = [
            ("name", node.member_name()),
            ("data-dir", "/var/lib/rancher/etcd/".to_owned()),
            ("advertise-client-urls", node.client_url()),
            ("listen-client-urls", "https://0.0.0.0:2379".to_owned()),
            ("initial-advertise-peer-urls", peer),
            ("listen-peer-urls", "https://0.0.0.0:2380".to_owned()),
            ("initial-cluster-token", "etcd-cluster-1".to_owned()),
            ("initial-cluster", initial_cluster(members)),
            ("initial-cluster-state", "new".to_owned()),
            ("trusted-ca-file", ca.clone()),
            ("peer-trusted-ca-file", ca.clone()),
            ("cert-file", certificate.clone()),
            ("key-file", key.clone()),
            ("peer-cert-file", certificate.clone()),
            ("peer-key-file", key.clone()),
            ("client-cert-auth", "true".to_owned()),
            ("peer-client-cert-auth", "true".to_owned()),
            ("heartbeat-interval", "500".to_owned()),
            ("election-timeout", "5000".to_owned()),
            ("enable-v2", "true".to_owned()),
        ];
        let env = [
            ("ETCDCTL_API", "3".to_owned()),
            ("ETCDCTL_CACERT", ca),
            ("ETCDCTL_CERT", certificate),
            ("ETCDCTL_KEY", key),
            ("ETCDCTL_ENDPOINTS", "https://127.0.0.1:2379".to_owned()),
        ];
        let owned = |pairs: &[(&str, String)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect()
        };
        let mut container = Self {
            image: image.to_owned(),
            flags: owned(&flags),
            env: owned(&env),
            user: None,
            set: Vec::new(),
        };
        for (name, value) in &spec.flags {
            container = container.flag(name, value);
        }
        container.env.extend(spec.env.iter().cloned());
        container
    }

    /// Sets a flag, replacing RKE's value if it is one of RKE's.
    #[must_use]
    pub(crate) fn flag(mut self, name: &str, value: &str) -> Self {
        self.set.push((name.to_owned(), value.to_owned()));
        match self.flags.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => self.flags.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The same under a user (RKE's optional `User`, `uid:gid`).
    #[must_use]
    pub(crate) fn user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// Ends any etcd of the node and runs this one: as a container, or by changing the manifest.
    pub(crate) fn run(&self, node: &Node) -> Result<()> {
        if node.kind == Kind::Kubeadm {
            return kubeadm::run_changed(node, &self.set, self.user.as_deref());
        }
        node.docker(["rm", "-f", NAME]).try_it();
        let mut words: Vec<String> = [
            "run",
            "--detach",
            "--name",
            NAME,
            "--network",
            "host",
            "--restart",
            "always",
            "--volume",
            "/var/lib/etcd:/var/lib/rancher/etcd/:z",
            "--volume",
            "/etc/kubernetes:/etc/kubernetes:z",
            "--label",
            "io.rancher.rke.container.name=etcd",
        ]
        .map(str::to_owned)
        .to_vec();
        for (name, value) in &self.env {
            words.extend(["--env".to_owned(), format!("{name}={value}")]);
        }
        if let Some(user) = &self.user {
            words.extend(["--user".to_owned(), user.clone()]);
        }
        words.push(self.image.clone());
        words.push("/usr/local/bin/etcd".to_owned());
        words.extend(
            self.flags
                .iter()
                .map(|(name, value)| format!("--{name}={value}")),
        );
        node.docker(words).ok().map(|_| ())
    }
}

/// The value of `--initial-cluster` for these members.
pub(crate) fn initial_cluster(members: &[Node]) -> String {
    members
        .iter()
        .map(|node| format!("{}={}", node.member_name(), node.peer_url()))
        .collect::<Vec<_>>()
        .join(",")
}

/// What the engine says of a container.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContainerState {
    /// `running`, `restarting`, `exited`, `paused`, `created`.
    pub status: String,
    /// The last exit code.
    pub exit_code: i64,
    /// Its process, seen from the node; 0 when it does not run.
    pub pid: u32,
    /// How often the engine started it again.
    #[serde(default)]
    pub restart_count: u64,
}

impl Node {
    /// The state of a container by name.
    ///
    /// # Errors
    /// When there is none, or the engine does not answer.
    pub fn container(&self, name: &str) -> Result<ContainerState> {
        match self.kind {
            Kind::Rke1 => self.inspect(name),
            Kind::Kubeadm => StaticPod::of(self, name).state(),
        }
    }

    /// The state of a container by the engine's name or id of it.
    pub(crate) fn inspect(&self, container: &str) -> Result<ContainerState> {
        let text = self
            .docker(["inspect", "--type", "container", "--format"])
            .arg("{{json .State}} {{.RestartCount}}")
            .arg(container)
            .ok()?;
        let (json, restarts) = text
            .trim()
            .rsplit_once(' ')
            .ok_or_else(|| LabError::value(format!("docker inspect said \"{text}\"")))?;
        let mut state: ContainerState = serde_json::from_str(json)
            .map_err(|error| LabError::value(format!("docker inspect: {error}")))?;
        state.restart_count = restarts.parse().unwrap_or_default();
        Ok(state)
    }

    /// The last lines that the etcd container wrote.
    ///
    /// # Errors
    /// When there is none, or the engine does not answer.
    pub fn etcd_log(&self, lines: usize) -> Result<String> {
        match self.kind {
            Kind::Rke1 => self.container_log(NAME, lines),
            Kind::Kubeadm => StaticPod::of(self, NAME).log(lines),
        }
    }

    /// The last lines of a container by the engine's name or id of it.
    pub(crate) fn container_log(&self, container: &str, lines: usize) -> Result<String> {
        let done = self
            .docker(["logs", "--tail", &lines.to_string(), container])
            .done()?;
        if !done.success {
            return Err(LabError::value(format!(
                "docker logs: {}",
                done.stderr.trim()
            )));
        }
        Ok(format!("{}{}", done.stdout, done.stderr))
    }

    /// Ends etcd at once and keeps it from starting again.
    ///
    /// # Errors
    /// When it cannot be stopped.
    pub fn stop_etcd(&self) -> Result<()> {
        match self.kind {
            Kind::Rke1 => {
                self.docker(["unpause", NAME]).try_it();
                self.docker(["stop", "--time", "0", NAME]).ok().map(|_| ())
            }
            Kind::Kubeadm => StaticPod::of(self, NAME).stop(),
        }
    }

    /// Starts the stopped etcd.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_etcd(&self) -> Result<()> {
        match self.kind {
            Kind::Rke1 => self.docker(["start", NAME]).ok().map(|_| ()),
            Kind::Kubeadm => StaticPod::of(self, NAME).start(),
        }
    }

    /// Ends etcd at once; it starts again.
    pub(crate) fn restart_etcd(&self) -> Result<()> {
        match self.kind {
            Kind::Rke1 => self
                .docker(["restart", "--time", "0", NAME])
                .ok()
                .map(|_| ()),
            Kind::Kubeadm => StaticPod::of(self, NAME).kill(),
        }
    }

    /// Halts etcd's process without ending it.
    pub(crate) fn pause_etcd(&self) -> Result<()> {
        let container = match self.kind {
            Kind::Rke1 => NAME.to_owned(),
            Kind::Kubeadm => StaticPod::of(self, NAME).container()?,
        };
        self.docker(["pause", &container]).ok().map(|_| ())
    }

    /// Lets a halted etcd go on.
    pub(crate) fn unpause_etcd(&self) -> Result<()> {
        let container = match self.kind {
            Kind::Rke1 => NAME.to_owned(),
            Kind::Kubeadm => StaticPod::of(self, NAME).container()?,
        };
        self.docker(["unpause", &container]).ok().map(|_| ())
    }

    /// Takes etcd off the node: no container, no manifest.
    pub(crate) fn remove_etcd(&self) -> Result<()> {
        match self.kind {
            Kind::Rke1 => self.docker(["rm", "--force", NAME]).ok().map(|_| ()),
            Kind::Kubeadm => StaticPod::of(self, NAME).stop(),
        }
    }
}
