// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;

use crate::error::{LabError, Result};
use crate::node::{Node, write_program};
use crate::run::search_path;
use crate::setup::{KubernetesBinary, kubernetes};

/// The label of the node's service.
pub(super) const SERVICE: &str = "kubelet";
/// The kubelet waits for this file, as a freshly installed one waits for kubeadm's.
const READY: &str = "/etc/lab/kubelet-may-run";
/// What the kubelet sets in the kernel, for the whole machine: here it gets files of its own.
/// (k8s `pkg/kubelet/cm/container_manager_linux.go`, setupKernelTunables)
const SYSCTLS: &[&str] = &[
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
];

/// Writes the node's kubelet service, with the command line of kubeadm's systemd drop-in
/// (`10-kubeadm.conf`).
pub(super) fn install(node: &Node) -> Result<()> {
    let kubelet = kubernetes(KubernetesBinary::Kubelet)?;
    let sysctls = SYSCTLS.join(" ");
    let service = format!(
        r#"#!/bin/sh
[ -e {READY} ] || {{ sleep 0.1; exit 0; }}
for name in {sysctls}; do
    own=/run/lab/sysctl/$name
    [ -e "$own" ] && continue
    mkdir -p "${{own%/*}}"
    cat "/proc/sys/$name" >"$own"
    mount --bind "$own" "/proc/sys/$name"
done
. /var/lib/kubelet/kubeadm-flags.env
PATH='{path}'
export PATH
exec {kubelet} --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf \
    --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml \
    $KUBELET_KUBEADM_ARGS
"#,
        path = search_path(),
        kubelet = kubelet.display(),
    );
    write_program(&node.host_path("/etc/lab/services/kubelet"), &service)
}

/// Lets it run.
pub(super) fn enable(node: &Node) -> Result<()> {
    let path = node.host_path(READY);
    fs::write(&path, "").map_err(LabError::file("write", &path))
}

/// All pods weigh as much as one process of the machine unless told otherwise, and etcd beside a
/// compiler then loses its leadership again and again.
pub(super) fn give_weight(lab: &Path) -> Result<()> {
    const SHARES: &str = "12288";
    let name = lab.file_name().unwrap_or_default();
    let top = Path::new("/sys/fs/cgroup/cpu/kubectl-etcd-lab");
    if !Path::new("/sys/fs/cgroup/cpu/cpu.shares").exists() {
        return Ok(());
    }
    for group in [top.to_owned(), top.join(name)] {
        fs::create_dir_all(&group).map_err(LabError::file("create", &group))?;
        let file = group.join("cpu.shares");
        fs::write(&file, SHARES).map_err(LabError::file("write", &file))?;
    }
    Ok(())
}
