// SPDX-License-Identifier: Apache-2.0

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Where the helper program lies in its pod.
pub const PROGRAM: &str = "/kubectl-etcd/helper";
/// The folder of the ConfigMap that it comes from.
const FOLDER: &str = "/kubectl-etcd";
/// The label of everything that this tool makes in a cluster.
const MANAGED: (&str, &str) = ("app.kubernetes.io/managed-by", "kubectl-etcd");
/// The label of the run that made it.
const RUN: &str = "kubectl-etcd/run";

/// What a helper pod is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperPodSpec {
    /// Its namespace.
    pub namespace: String,
    /// Its name; the ConfigMap has the same without a suffix.
    pub name: String,
    /// The ConfigMap with the program.
    pub config_map: String,
    /// The node it is pinned to.
    pub node: String,
    /// An image; nothing of it is run.
    pub image: String,
    /// Whether that image may be pulled: only where the user named it.
    pub may_pull: bool,
    /// Run id.
    pub run: String,
    /// The program's words.
    pub words: Vec<String>,
    /// Folders of the node, at their own paths.
    pub folders: Vec<String>,
    /// After how long the kubelet ends it, in seconds; none for one that holds something.
    pub deadline_seconds: Option<u64>,
}

/// A name that Kubernetes takes, made from any text.
pub fn safe_name(text: &str) -> String {
    let plain: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    plain.trim_matches('-').to_owned()
}

fn labels(run: &str) -> Value {
    // A label's value has 63 characters at most and begins and ends with one of these.
    let run: String = run
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(63)
        .collect();
    let run = run.trim_matches(['-', '_', '.']);
    json!({ MANAGED.0: MANAGED.1, RUN: run })
}

/// The ConfigMap that carries the program.
pub fn config_map(namespace: &str, name: &str, run: &str, program: &[u8]) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "namespace": namespace, "name": name, "labels": labels(run) },
        "binaryData": { "helper": STANDARD.encode(program) },
    })
}

/// The pod.
pub fn pod(spec: &HelperPodSpec) -> Value {
    let mut volumes = vec![json!({
        "name": "program",
        "configMap": { "name": spec.config_map, "defaultMode": 0o755 },
    })];
    let mut mounts = vec![json!({ "name": "program", "mountPath": FOLDER, "readOnly": true })];
    for (index, folder) in spec.folders.iter().enumerate() {
        let name = format!("folder-{index}");
        volumes.push(json!({
            "name": name,
            "hostPath": { "path": folder, "type": "DirectoryOrCreate" },
        }));
        mounts.push(json!({ "name": name, "mountPath": folder }));
    }
    let mut command = vec![PROGRAM.to_owned()];
    command.extend(spec.words.iter().cloned());
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": spec.namespace,
            "name": spec.name,
            "labels": labels(&spec.run),
        },
        "spec": {
            // No scheduler is needed, and no taint keeps it off.
            "nodeName": spec.node,
            "tolerations": [{ "operator": "Exists" }],
            "priorityClassName": "system-node-critical",
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            // The pod network may be down with the API server.
            "hostNetwork": true,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "containers": [{
                "name": "helper",
                "image": spec.image,
                "imagePullPolicy": if spec.may_pull { "IfNotPresent" } else { "Never" },
                "command": command,
                "workingDir": "/",
                "securityContext": {
                    // The node's folders are root's, and closed by SELinux to anyone else.
                    "privileged": true,
                    "runAsUser": 0,
                    "runAsGroup": 0,
                },
                "volumeMounts": mounts,
            }],
            "volumes": volumes,
        },
    });
    if let Some(seconds) = spec.deadline_seconds {
        pod["spec"]["activeDeadlineSeconds"] = json!(seconds);
    }
    pod
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> HelperPodSpec {
        HelperPodSpec {
            namespace: "kube-system".to_owned(),
            name: "kubectl-etcd-x".to_owned(),
            config_map: "kubectl-etcd-x".to_owned(),
            node: "n1".to_owned(),
            image: "registry.k8s.io/etcd:3.5.15-0".to_owned(),
            may_pull: false,
            run: "20261122T101530Z-cp 1_-7".to_owned(),
            words: vec!["wait".to_owned()],
            folders: vec!["/etc/kubernetes".to_owned(), "/var/lib/etcd".to_owned()],
            deadline_seconds: Some(3600),
        }
    }

    #[test]
    fn it_is_pinned_tolerates_everything_and_holds_no_token() {
        let pod = pod(&spec());
        let of = |pointer: &str| pod.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(of("/spec/nodeName"), "n1");
        assert_eq!(of("/spec/tolerations"), json!([{ "operator": "Exists" }]));
        assert_eq!(of("/spec/automountServiceAccountToken"), false);
        assert_eq!(of("/spec/containers/0/imagePullPolicy"), "Never");
        assert_eq!(of("/spec/containers/0/command"), json!([PROGRAM, "wait"]));
        assert_eq!(of("/spec/volumes/0/configMap/defaultMode"), 0o755);
        assert_eq!(of("/spec/volumes/2/hostPath/path"), "/var/lib/etcd");
        assert_eq!(
            of("/spec/containers/0/volumeMounts/2/mountPath"),
            "/var/lib/etcd"
        );
        // It is an object that the API's own types take.
        serde_json::from_value::<k8s_openapi::api::core::v1::Pod>(pod).unwrap();
    }

    #[test]
    fn names_and_labels_are_fit_for_kubernetes() {
        assert_eq!(safe_name("20261122T10Z-CP 1_"), "20261122t10z-cp-1");
        let map = config_map("kube-system", "a", "-x y/z-", b"\x7fELF");
        assert_eq!(map["metadata"]["labels"][RUN], "x-y-z");
        assert_eq!(map["binaryData"]["helper"], "f0VMRg==");
    }
}
