// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;

use super::found::under;
use super::log_file::{self, LogFile};

/// What the kubelet keeps of the runs of a static etcd pod, whether the pod runs or not.
#[derive(Clone, Debug, PartialEq)]
pub struct PodLog {
    /// `namespace/name`.
    pub pod: String,
    /// The number of the newest run: how often the container was started again.
    pub restarts: u64,
    /// The end of that run's log.
    pub log: LogFile,
}

/// The newest log of an etcd pod below `/var/log/pods`, which the kubelet names
/// `NAMESPACE_POD_UID/CONTAINER/RUN.log` (k8s pkg/kubelet/kuberuntime/helpers.go).
pub fn find(root: &Path) -> Option<PodLog> {
    let folder = under(root, "/var/log/pods");
    let mut found: Vec<PodLog> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (namespace, rest) = name.split_once('_')?;
            let (pod, _) = rest.rsplit_once('_')?;
            let (restarts, path) = newest_run(&entry.path().join("etcd"))?;
            Some(PodLog {
                pod: format!("{namespace}/{pod}"),
                restarts,
                log: log_file::tail(&path)?,
            })
        })
        .collect();
    found.sort_by_key(|pod| pod.log.written_at);
    found.pop()
}

fn newest_run(folder: &Path) -> Option<(u64, std::path::PathBuf)> {
    let runs = fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
        let path = entry.path();
        let number = path.file_name()?.to_str()?.strip_suffix(".log")?;
        Some((number.parse().ok()?, path.clone()))
    });
    runs.max()
}
