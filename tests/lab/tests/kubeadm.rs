// SPDX-License-Identifier: Apache-2.0

//! The kubeadm lab keeps its promises: real kubelets and static pods, a balancer that leaves a
//! broken node out, faults that show, healing that heals, nothing left.

#![allow(clippy::unwrap_used)] // a failed step of the set-up fails the test

use std::fs;
use std::path::{Path, PathBuf};

use lab::fault::Fault;
use lab::setup::{KubernetesBinary, kubernetes};
use lab::{Image, Lab, LabSpec, SharedLab};
use serde_json::Value;

fn shared() -> SharedLab {
    Lab::shared(LabSpec::kubeadm("kubeadm")).unwrap()
}

fn get(lab: &Lab, what: &[&str]) -> Value {
    let text = lab
        .kubectl()
        .unwrap()
        .args(["--request-timeout=10s", "-n", "kube-system", "get"])
        .args(what)
        .args(["-o", "json"])
        .ok()
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn kubelets_run_what_kubeadm_wrote() {
    let mut lab = shared();
    for node in get(&lab, &["nodes"])["items"].as_array().unwrap() {
        let labels = &node["metadata"]["labels"];
        assert_eq!(labels["node-role.kubernetes.io/control-plane"], "");
        assert_eq!(node["status"]["nodeInfo"]["kubeletVersion"], "v1.20.2");
    }
    let pods = get(&lab, &["pods", "-l", "component=etcd"]);
    let pods = pods["items"].as_array().unwrap();
    assert_eq!(pods.len(), 3);
    for (pod, node) in pods.iter().zip(lab.nodes()) {
        let name = format!("etcd-{}", node.name);
        assert_eq!(pod["metadata"]["name"], name.as_str());
        let annotations = &pod["metadata"]["annotations"];
        assert!(annotations["kubernetes.io/config.mirror"].is_string());
        // Each list is that of the moment at which the node joined.
        let path = node.host_path("/etc/kubernetes/manifests/etcd.yaml");
        let manifest = fs::read_to_string(path).unwrap();
        let listed = lab.nodes()[..=node.index]
            .iter()
            .map(|node| format!("{}={}", node.name, node.peer_url()))
            .collect::<Vec<_>>()
            .join(",");
        assert!(
            manifest.contains(&format!("    - --initial-cluster={listed}\n")),
            "{manifest}"
        );
        let joined = manifest.contains("    - --initial-cluster-state=existing\n");
        assert_eq!(joined, node.index > 0, "{manifest}");
    }
    // What kubeadm itself looks for later.
    let config = get(&lab, &["configmap", "kubeadm-config"]);
    let status = config["data"]["ClusterStatus"].as_str().unwrap();
    for node in lab.nodes() {
        assert!(status.contains(&node.address.to_string()), "{status}");
    }
    let expiry = lab
        .node(1)
        .run([kubernetes(KubernetesBinary::Kubeadm).unwrap()])
        .unwrap()
        .args(["certs", "check-expiration"])
        .ok()
        .unwrap();
    assert!(expiry.contains("etcd-healthcheck-client"), "{expiry}");
    lab.only_looked();
}

#[test]
fn pods_answer_through_the_api_alone() {
    let lab = shared();
    let exec = |command: &[&str]| {
        lab.kubectl()
            .unwrap()
            .args(["-n", "kube-system", "exec", "etcd-n1", "--"])
            .args(command)
            .done()
            .unwrap()
    };
    let version = exec(&["etcdctl", "version"]);
    assert!(version.stdout.contains(lab.etcd_version()), "{version:?}");
    assert!(exec(&["sh", "-c", "exit 0"]).success);
    for absent in ["ls", "mv", "rm", "tar", "cat"] {
        assert!(!exec(&[absent]).success, "{absent}");
    }
    lab.use_etcd_image(0, Image::Bare).unwrap();
    assert!(!exec(&["sh", "-c", "exit 0"]).success);
    assert!(exec(&["etcdctl", "version"]).success);
}

#[test]
fn the_balancer_leaves_a_broken_node_out() {
    let lab = shared();
    let of_first = lab.kubeconfig_of(0).unwrap();
    let asked = |kubeconfig: &Path| {
        lab.kubectl()
            .unwrap()
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .args(["--request-timeout=5s", "get", "nodes"])
            .done()
            .unwrap()
            .success
    };
    assert!(asked(&of_first));
    lab.break_(Fault::named("multiref").unwrap(), 0).unwrap();
    assert!(lab.container_state(0).unwrap().restart_count >= 1);
    let log = lab.node(0).etcd_log(100).unwrap();
    assert!(log.contains(": multiple references"), "{log}");
    assert!(!asked(&of_first), "its own etcd is down");
    for _ in 0..10 {
        assert!(asked(&lab.kubeconfig()), "two API servers are left");
    }
    lab.heal().unwrap();
    assert_eq!(lab.container_state(0).unwrap().restart_count, 0);
    assert!(asked(&of_first));
}

#[test]
fn a_lab_of_one_node_comes_up_and_leaves_nothing() {
    let spec = LabSpec::kubeadm(format!("one-{}", std::process::id())).members(1);
    let mut spec = spec;
    spec.nodes = 1;
    let lab = Lab::up(spec).unwrap();
    let node = lab.node(0);
    let init = node.init_pid().unwrap();
    let traces: Vec<PathBuf> = vec![
        lab.folder(),
        PathBuf::from("/run/netns").join(&node.namespace),
        Path::new("/sys/class/net").join(lab.network().bridge()),
        PathBuf::from(format!("/proc/{init}")),
    ];
    let cgroup = PathBuf::from("/sys/fs/cgroup/cpu").join(node.cgroup().trim_start_matches('/'));
    assert!(traces.iter().all(|path| path.exists()), "{traces:?}");
    let tunables = fs::read_to_string("/proc/sys/kernel/panic_on_oops").unwrap();
    let inside = node
        .run(["cat", "/proc/sys/kernel/panic_on_oops"])
        .unwrap()
        .ok()
        .unwrap();
    assert_eq!(inside, "1", "the kubelet has set its own");
    lab.down().unwrap();
    assert!(traces.iter().all(|path| !path.exists()), "{traces:?}");
    assert!(!cgroup.exists());
    let after = fs::read_to_string("/proc/sys/kernel/panic_on_oops").unwrap();
    assert_eq!(after, tunables);
}
