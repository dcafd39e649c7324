// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::{Container, Pod};

use crate::kubernetes::{EtcdPod, etcd_pod, pod_from_yaml};
use crate::model::EtcdConfig;
use crate::replace::node::data::Places;
use crate::replace::node::words::Words;

/// A manifest of a pod that runs etcd.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The text as it lies on the node; empty for what the API shows of it.
    pub text: String,
    pod: Pod,
    etcd: EtcdPod,
}

/// Where etcd's files are on the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnNode {
    /// By their paths on the node.
    pub places: Places,
    /// The folders of the node that have to be at hand for them.
    pub folders: Vec<String>,
}

/// Why the files are not at hand on the node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{path}\" does not lie in a folder of the node that the pod mounts")]
pub struct NotOnNode {
    /// The path in the pod.
    pub path: String,
}

impl Manifest {
    /// Reads a manifest; `None` where it is no pod that runs etcd.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(pod_from_yaml(text)?, text.to_owned())
    }

    /// A pod as the API shows it.
    pub fn of(pod: Pod, text: String) -> Option<Self> {
        let etcd = etcd_pod(&pod)?;
        Some(Self { text, pod, etcd })
    }

    /// The pod as a process.
    pub fn etcd(&self) -> &EtcdPod {
        &self.etcd
    }

    /// etcd's settings.
    pub fn config(&self) -> &EtcdConfig {
        &self.etcd.process.config
    }

    /// The image.
    pub fn image(&self) -> Option<&str> {
        self.etcd.process.image.as_deref()
    }

    /// The words that etcd is started with.
    pub fn words(&self) -> Words {
        let container = self.container();
        let environment = container
            .and_then(|c| c.env.as_ref())
            .into_iter()
            .flatten()
            .filter_map(|variable| Some(format!("{}={}", variable.name, variable.value.as_ref()?)));
        Words {
            entrypoint: container
                .and_then(|c| c.command.clone())
                .unwrap_or_default(),
            command: container.and_then(|c| c.args.clone()).unwrap_or_default(),
            environment: environment.collect(),
        }
    }

    /// The name of the container.
    pub fn container_name(&self) -> &str {
        &self.etcd.container
    }

    /// The program that is etcd.
    pub fn program(&self) -> String {
        let words = self.words();
        let mut all = words.entrypoint.iter().chain(&words.command);
        all.find(|word| word.rsplit('/').next() == Some("etcd"))
            .cloned()
            .unwrap_or_else(|| "etcd".to_owned())
    }

    /// Where etcd's files are on the node.
    ///
    /// # Errors
    /// They are not in folders of the node.
    pub fn on_node(&self) -> Result<OnNode, NotOnNode> {
        let folder = self.container().and_then(|c| c.working_dir.clone());
        let inside = Places::of(self.config(), folder.as_deref().unwrap_or("/"));
        let data_dir = self.host_path(&inside.data_dir)?;
        let wal_dir = inside
            .wal_dir
            .as_deref()
            .map(|path| self.host_path(path))
            .transpose()?;
        let places = Places { data_dir, wal_dir };
        let mut folders = vec![places.data_dir.clone()];
        // A log of its own is renamed in the folder above it.
        folders.extend(places.wal_parent());
        folders.sort();
        folders.dedup();
        Ok(OnNode { places, folders })
    }

    /// The path on the node of a path in the container.
    fn host_path(&self, path: &str) -> Result<String, NotOnNode> {
        let refused = || NotOnNode {
            path: path.to_owned(),
        };
        let mounts = self.container().and_then(|c| c.volume_mounts.as_ref());
        let mount = mounts
            .into_iter()
            .flatten()
            .filter(|mount| is_below(path, &mount.mount_path))
            .max_by_key(|mount| mount.mount_path.len())
            .filter(|mount| mount.sub_path_expr.is_none())
            .ok_or_else(refused)?;
        let spec = self.pod.spec.as_ref().ok_or_else(refused)?;
        let volume = spec.volumes.iter().flatten().find(|v| v.name == mount.name);
        let host = volume
            .and_then(|volume| volume.host_path.as_ref())
            .ok_or_else(refused)?;
        let rest = path
            .strip_prefix(mount.mount_path.trim_end_matches('/'))
            .unwrap_or_default();
        let sub = mount.sub_path.as_deref().unwrap_or_default();
        let mut on_node = host.path.trim_end_matches('/').to_owned();
        if !sub.is_empty() {
            on_node.push('/');
            on_node.push_str(sub.trim_matches('/'));
        }
        on_node.push_str(rest);
        if on_node.is_empty() {
            return Err(refused());
        }
        Ok(on_node)
    }

    fn container(&self) -> Option<&Container> {
        let containers = &self.pod.spec.as_ref()?.containers;
        containers.iter().find(|c| c.name == self.etcd.container)
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path == folder || path.starts_with(&format!("{folder}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_on_the_node_through_the_pods_volumes() {
        let text = "kind: Pod\nmetadata: {name: etcd, namespace: kube-system}\nspec:\n  containers:\n  \
                    - name: etcd\n    command: [etcd, --name=a, --data-dir=/d/etcd, --wal-dir=/wal]\n    \
                    volumeMounts:\n    - {mountPath: /d, name: data}\n    - {mountPath: /wal, name: wal}\n  \
                    volumes:\n  - {name: data, hostPath: {path: /srv}}\n  - {name: wal, hostPath: {path: /fast/wal}}\n";
        let manifest = Manifest::parse(text).unwrap();
        let on_node = manifest.on_node().unwrap();
        assert_eq!(on_node.places.member(), "/srv/etcd/member");
        assert_eq!(on_node.places.wal(), "/fast/wal");
        assert_eq!(on_node.folders, ["/fast", "/srv/etcd"]);
        assert_eq!(manifest.program(), "etcd");

        let volatile = text.replace("hostPath: {path: /srv}", "emptyDir: {}");
        let error = Manifest::parse(&volatile).unwrap().on_node().unwrap_err();
        assert_eq!(error.path, "/d/etcd");
        assert_eq!(Manifest::parse("kind: Pod\n"), None);
    }
}
