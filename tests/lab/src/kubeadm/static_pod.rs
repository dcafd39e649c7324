// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::etcd::ContainerState;
use crate::node::Node;
use crate::wait;

const WITHIN: Duration = Duration::from_secs(60);

/// A static pod of a node: its manifest, and the containers that the kubelet makes of it.
#[derive(Debug)]
pub(crate) struct StaticPod<'a> {
    node: &'a Node,
    component: &'a str,
}

impl<'a> StaticPod<'a> {
    /// `etcd`, `kube-apiserver`, …
    pub(crate) fn of(node: &'a Node, component: &'a str) -> Self {
        Self { node, component }
    }

    /// The manifest in the kubelet's folder, on the host.
    pub(super) fn manifest(&self) -> PathBuf {
        let path = format!("/etc/kubernetes/manifests/{}.yaml", self.component);
        self.node.host_path(&path)
    }

    /// Where it lies while the pod is kept from running: the same file system, another folder.
    pub(super) fn parked(&self) -> PathBuf {
        let path = format!("/etc/kubernetes/lab-stopped/{}.yaml", self.component);
        self.node.host_path(&path)
    }

    /// Ids of its containers, the newest first; with `sandbox` that of the pod itself, too.
    fn containers(&self, sandbox: bool) -> Result<Vec<String>> {
        let mut filters = vec![format!(
            "label=io.kubernetes.pod.name={}-{}",
            self.component, self.node.name
        )];
        if !sandbox {
            filters.push(format!(
                "label=io.kubernetes.container.name={}",
                self.component
            ));
        }
        let text = self
            .node
            .docker(["ps", "--all", "--quiet", "--no-trunc"])
            .args(filters.iter().flat_map(|filter| ["--filter", filter]))
            .ok()?;
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }

    /// The id of its newest container.
    pub(crate) fn container(&self) -> Result<String> {
        self.containers(false)?.into_iter().next().ok_or_else(|| {
            LabError::value(format!(
                "no container of {} on {}",
                self.component, self.node.name
            ))
        })
    }

    /// The state of its newest container, with the kubelet's count of restarts.
    pub(crate) fn state(&self) -> Result<ContainerState> {
        const COUNT: &str = "annotation.io.kubernetes.container.restartCount";
        let id = self.container()?;
        let mut state = self.node.inspect(&id)?;
        let count = self
            .node
            .docker(["inspect", "--format"])
            .arg(format!("{{{{index .Config.Labels \"{COUNT}\"}}}}"))
            .arg(&id)
            .ok()?;
        state.restart_count = count.trim().parse().unwrap_or_default();
        Ok(state)
    }

    /// The last lines of its last two containers: the kubelet makes a new one at each start.
    pub(crate) fn log(&self, lines: usize) -> Result<String> {
        let mut newest = self.containers(false)?;
        newest.truncate(2);
        newest
            .iter()
            .rev()
            .map(|id| self.node.container_log(id, lines))
            .collect()
    }

    /// Takes the manifest out of the folder and ends the containers at once.
    pub(crate) fn stop(&self) -> Result<()> {
        let (manifest, parked) = (self.manifest(), self.parked());
        if manifest.exists() {
            if let Some(folder) = parked.parent() {
                fs::create_dir_all(folder).map_err(LabError::file("create", folder))?;
            }
            fs::rename(&manifest, &parked).map_err(LabError::file("rename", &manifest))?;
        }
        // The kubelet may be in the middle of making one: gone is what stays gone for a while.
        let mut seen_none = 0;
        wait::until(
            &format!("the end of {} on {}", self.component, self.node.name),
            WITHIN,
            || {
                let ids = self.containers(true).map_err(|error| error.to_string())?;
                if ids.is_empty() {
                    seen_none += 1;
                    return if seen_none > 3 {
                        Ok(())
                    } else {
                        Err("gone just now".to_owned())
                    };
                }
                seen_none = 0;
                for id in &ids {
                    self.node.docker(["unpause", id]).try_it();
                }
                // Removed, too: what lies there would count as restarts of the next life.
                self.node
                    .docker(["rm", "--force", "--volumes"])
                    .args(&ids)
                    .try_it();
                Err(format!("{} containers", ids.len()))
            },
        )
    }

    /// Puts the manifest back and waits until the kubelet has made a container of it.
    pub(crate) fn start(&self) -> Result<()> {
        let parked = self.parked();
        if parked.exists() {
            fs::rename(&parked, self.manifest()).map_err(LabError::file("rename", &parked))?;
        }
        self.wait_container(None)
    }

    /// Ends the container at once; the kubelet makes another.
    pub(crate) fn kill(&self) -> Result<()> {
        let id = self.container()?;
        self.node.docker(["kill", &id]).ok()?;
        self.wait_container(Some(&id))
    }

    fn wait_container(&self, other_than: Option<&str>) -> Result<()> {
        wait::until(
            &format!("a container of {} on {}", self.component, self.node.name),
            WITHIN,
            || match self.container() {
                Ok(id) if Some(id.as_str()) != other_than => Ok(()),
                Ok(_) => Err("the old one".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        )
    }
}
