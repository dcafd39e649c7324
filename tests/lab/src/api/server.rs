// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::etcd::{CertificateFor, Pki};
use crate::node::Node;
use crate::run::Run;
use crate::{process, wait};

const PORT: u16 = 6443;
const LABEL: &str = "kube-apiserver";

/// The lab's API server: a process of the host on the bridge's address.
#[derive(Debug, Clone)]
pub(crate) struct ApiServer {
    pub(crate) lab: PathBuf,
    pub(crate) address: Ipv4Addr,
    pub(crate) program: PathBuf,
    pub(crate) kubectl: PathBuf,
}

impl ApiServer {
    /// Makes its certificates and the kubeconfig.
    pub(crate) fn prepare(&self, pki: &Pki) -> Result<()> {
        pki.issue(
            "kube-apiserver",
            &CertificateFor::server(
                "kube-apiserver",
                vec!["localhost".to_owned(), "kubernetes".to_owned()],
                vec![self.address, Ipv4Addr::LOCALHOST],
            ),
        )?;
        pki.issue(
            "admin",
            &CertificateFor::client("kube-admin", Some("system:masters")),
        )?;
        let config = serde_json::json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "lab",
            "clusters": [{"name": "lab", "cluster": {
                "server": self.url(),
                "certificate-authority": pki.certificate("ca"),
            }}],
            "users": [{"name": "kube-admin", "user": {
                "client-certificate": pki.certificate("admin"),
                "client-key": pki.key("admin"),
            }}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "kube-admin"}}],
        });
        let path = kubeconfig(&self.lab);
        // JSON is YAML; no second writer needed.
        fs::write(&path, format!("{config:#}\n")).map_err(LabError::file("write", &path))
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}:{PORT}", self.address)
    }

    /// Starts it on the etcd of these nodes.
    pub(crate) fn start(&self, pki: &Pki, members: &[Node]) -> Result<()> {
        let folder = self.lab.join("api");
        fs::create_dir_all(&folder).map_err(LabError::file("create", &folder))?;
        let servers: Vec<String> = members.iter().map(Node::client_url).collect();
        let file = |path: PathBuf| path.display().to_string();
        let flags = [
            ("etcd-servers", servers.join(",")),
            ("etcd-cafile", file(pki.certificate("ca"))),
            ("etcd-certfile", file(pki.certificate("client"))),
            ("etcd-keyfile", file(pki.key("client"))),
            ("etcd-prefix", "/registry".to_owned()),
            ("storage-backend", "etcd3".to_owned()),
            ("bind-address", self.address.to_string()),
            ("advertise-address", self.address.to_string()),
            ("secure-port", PORT.to_string()),
            ("insecure-port", "0".to_owned()),
            ("authorization-mode", "Node,RBAC".to_owned()),
            ("client-ca-file", file(pki.certificate("ca"))),
            ("tls-cert-file", file(pki.certificate("kube-apiserver"))),
            ("tls-private-key-file", file(pki.key("kube-apiserver"))),
            (
                "service-account-key-file",
                file(pki.certificate("kube-apiserver")),
            ),
            (
                "service-account-signing-key-file",
                file(pki.key("kube-apiserver")),
            ),
            ("service-account-issuer", "rke".to_owned()),
            ("service-cluster-ip-range", "10.43.0.0/16".to_owned()),
            // No controller makes the default service account here.
            ("disable-admission-plugins", "ServiceAccount".to_owned()),
        ];
        let pid = Run::new(&self.program)
            .args(
                flags
                    .iter()
                    .map(|(name, value)| format!("--{name}={value}")),
            )
            .dir(&folder)
            .detach(&folder.join("log"))?;
        process::note(&self.lab, LABEL, pid)
    }

    /// Ends it at once.
    pub(crate) fn stop(&self) {
        process::end(&self.lab, LABEL);
    }

    /// Whether its process lives.
    pub(crate) fn is_running(&self) -> bool {
        process::noted(&self.lab, LABEL).is_some()
    }

    pub(crate) fn kubectl(&self) -> Run {
        Run::new(&self.kubectl)
            .arg("--kubeconfig")
            .arg(kubeconfig(&self.lab))
            // The cache of what the server offers belongs to the lab, not to the user's home.
            .arg("--cache-dir")
            .arg(self.lab.join("api/kubectl-cache"))
    }

    /// Waits until it says it is ready.
    pub(crate) fn wait_ready(&self) -> Result<()> {
        wait::until(
            "readiness of the kube-apiserver",
            Duration::from_secs(60),
            || {
                let done = self
                    .kubectl()
                    .args(["--request-timeout=3s", "get", "--raw", "/readyz"])
                    .done()
                    .map_err(|error| error.to_string())?;
                if done.success {
                    return Ok(());
                }
                Err(if self.is_running() {
                    done.stderr.trim().to_owned()
                } else {
                    self.last_words()
                })
            },
        )
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.lab.join("api/log")).unwrap_or_default();
        format!("it has ended: {}", log.lines().last().unwrap_or_default())
    }

    /// Writes the Node objects as RKE and its kubelets leave them.
    pub(crate) fn create_nodes(&self, nodes: &[Node]) -> Result<()> {
        self.kubectl()
            .args(["create", "--validate=false", "-f", "-"])
            .input(super::nodes::manifest(nodes).to_string())
            .ok()
            .map(|_| ())
    }
}

pub(crate) fn kubeconfig(lab: &Path) -> PathBuf {
    lab.join("kubeconfig")
}
