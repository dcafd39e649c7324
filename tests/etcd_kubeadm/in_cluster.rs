// SPDX-License-Identifier: Apache-2.0
//! The plugins inside a pod of the cluster itself, with its service account.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::stand::{REPLACE, Stand, health};

/// Runs a program of ours in a pod on a node; its exit code and what it wrote.
fn in_pod(stand: &Stand, name: &str, node: usize, program: &Path, words: &[&str]) -> (i64, String) {
    let mut command = vec![program.display().to_string()];
    command.extend(words.iter().map(|word| (*word).to_owned()));
    // The test programs need the machine's C library; a node's root is the machine's own.
    let folders = ["/usr", "/lib", "/lib64", "/bin"];
    let of_program = program.parent().unwrap().display().to_string();
    let folders = folders.iter().copied().chain([of_program.as_str()]);
    let (mut volumes, mut mounts) = (Vec::new(), Vec::new());
    for (index, path) in folders.filter(|path| Path::new(path).exists()).enumerate() {
        let name = format!("f{index}");
        volumes.push(json!({ "name": name, "hostPath": { "path": path } }));
        mounts.push(json!({ "name": name, "mountPath": path, "readOnly": true }));
    }
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": name, "namespace": "kube-system" },
        "spec": {
            "nodeName": stand.name(node), "hostNetwork": true, "restartPolicy": "Never",
            "tolerations": [{ "operator": "Exists" }],
            "containers": [{
                "name": "plugin", "image": "k8s.gcr.io/etcd:3.4.13-0", "imagePullPolicy": "Never",
                "command": command,
                "env": [
                    { "name": "HOME", "value": "/tmp/home" },
                    { "name": "NO_COLOR", "value": "1" },
                    // No kube-proxy runs here that would make the service's address work.
                    { "name": "KUBERNETES_SERVICE_HOST", "value": stand.lab.network().host().to_string() },
                    { "name": "KUBERNETES_SERVICE_PORT", "value": "6443" },
                ],
                "volumeMounts": mounts,
            }],
            "volumes": volumes,
        },
    });
    let kubectl = || stand.lab.kubectl().unwrap().args(["-n", "kube-system"]);
    let created = kubectl().args(["create", "-f", "-"]).input(pod.to_string());
    created.ok().unwrap();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let read = kubectl().args(["get", "pod", name, "-o", "json"]).done();
        let seen: Value = read
            .ok()
            .and_then(|done| serde_json::from_str(&done.stdout).ok())
            .unwrap_or_default();
        let ended = &seen["status"]["containerStatuses"][0]["state"]["terminated"];
        if let Some(code) = ended["exitCode"].as_i64() {
            return (code, kubectl().args(["logs", name]).ok().unwrap());
        }
        assert!(Instant::now() < deadline, "{seen}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn both_plugins_work_with_the_service_account_of_their_pod() {
    let stand = Stand::broken(2);
    let kubectl = stand.lab.kubectl().unwrap();
    let bound = kubectl.args([
        "create",
        "clusterrolebinding",
        "plugins",
        "--clusterrole=cluster-admin",
        "--serviceaccount=kube-system:default",
    ]);
    bound.ok().unwrap();
    let (code, said) = in_pod(&stand, "sick", 0, health(), &[]);
    assert_ne!(code, 0, "{said}");
    assert!(said.contains("multiple references"), "{said}");
    let words = ["node", &stand.name(2), "--yes"];
    let (code, said) = in_pod(&stand, "cure", 0, Path::new(REPLACE), &words);
    assert_eq!(code, 0, "{said}");
    stand.assert_whole();
    stand.assert_well();
}
