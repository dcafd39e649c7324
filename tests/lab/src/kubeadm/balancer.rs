// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use crate::error::{LabError, Result};
use crate::node::Node;
use crate::process;
use crate::run::Run;

/// The port of the API servers and of the balancer before them.
pub(super) const PORT: u16 = 6443;
const LABEL: &str = "balancer";

/// HAProxy as the controlPlaneEndpoint, on the bridge's own address.
#[derive(Debug, Clone)]
pub(crate) struct Balancer {
    pub(super) lab: PathBuf,
    pub(super) address: Ipv4Addr,
}

impl Balancer {
    /// Starts it before the API servers of these nodes.
    pub(super) fn start(&self, nodes: &[Node]) -> Result<()> {
        if self.is_running() {
            return Ok(());
        }
        let file = self.lab.join("haproxy.cfg");
        fs::write(&file, configuration(self.address, nodes))
            .map_err(LabError::file("write", &file))?;
        let pid = Run::new("haproxy")
            .args(["-db", "-f"])
            .arg(&file)
            .detach(&self.lab.join("haproxy.log"))?;
        process::note(&self.lab, LABEL, pid)
    }

    fn is_running(&self) -> bool {
        process::noted(&self.lab, LABEL).is_some()
    }

    /// Its last word.
    pub(super) fn log(lab: &Path) -> String {
        fs::read_to_string(lab.join("haproxy.log"))
            .ok()
            .and_then(|text| text.lines().last().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// A server counts when it says itself that it is ready, its etcd included; connections to one
/// that does not are closed, so that kubelets and their watches move on to another.
fn configuration(address: Ipv4Addr, nodes: &[Node]) -> String {
    let servers: String = nodes
        .iter()
        .map(|node| format!("    server {} {}:{PORT}\n", node.name, node.address))
        .collect();
    format!(
        "defaults\n    mode tcp\n    timeout connect 2s\n    timeout client 1h\n    \
         timeout server 1h\n    timeout check 3s\n    option redispatch\n    retries 3\n\
         frontend api\n    bind {address}:{PORT}\n    default_backend api\n\
         backend api\n    balance roundrobin\n    option httpchk GET /readyz\n    \
         http-check expect status 200\n    default-server check check-ssl verify none inter 1s \
         fall 2 rise 1 on-marked-down shutdown-sessions\n{servers}"
    )
}
