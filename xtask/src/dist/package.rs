// SPDX-License-Identifier: Apache-2.0

use docker_inspect_run::{KUBECTL_FILE, NAMES as INSPECT_RUN};
use shared::completion::helper;
use shared::invocation::PLUGINS;

/// One program as it is released.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// Its crate, and the beginning of its archives' names.
    pub krate: &'static str,
    /// Its file, without an ending.
    pub program: &'static str,
    /// Its name for krew.
    pub krew: &'static str,
    /// The file that kubectl runs it from.
    pub kubectl_file: &'static str,
}

/// All of them.
pub const ALL: [Package; 3] = [
    Package {
        krate: "kubectl-etcd-health",
        program: PLUGINS[0].file,
        krew: "etcd-health",
        kubectl_file: PLUGINS[0].file,
    },
    Package {
        krate: "kubectl-etcd-replace",
        program: PLUGINS[1].file,
        krew: "etcd-replace",
        kubectl_file: PLUGINS[1].file,
    },
    Package {
        krate: "docker-inspect-run",
        program: INSPECT_RUN.file,
        krew: "docker-inspect-run",
        kubectl_file: KUBECTL_FILE,
    },
];

impl Package {
    /// The executable that kubectl asks for completion: its name and text.
    pub fn helper(&self) -> (String, String) {
        let name = self
            .kubectl_file
            .replacen("kubectl-", "kubectl_complete-", 1);
        (name, helper(self.program))
    }
}
