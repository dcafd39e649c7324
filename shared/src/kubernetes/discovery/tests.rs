// SPDX-License-Identifier: Apache-2.0

//! Objects of real and described clusters (`tests/fixtures/api`) and what is found in each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ApiObjects, Discovery, Runs, discover};
use crate::model::ProcessState;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/api")
}

fn found_in(name: &str) -> Discovery {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let objects: ApiObjects = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    discover(&objects).unwrap_or_else(|| panic!("{name}: nothing"))
}

/// (fixture, source, how it runs, pods, nodes that carry it, first endpoint)
const CASES: &[(&str, &str, Runs, usize, usize, &str)] = &[
    (
        "kubeadm-1.20",
        "kubeadm",
        Runs::StaticPods,
        3,
        3,
        "https://10.78.2.11:2379",
    ),
    (
        "kubeadm-1.20-crash-loop",
        "kubeadm",
        Runs::StaticPods,
        3,
        3,
        "https://10.78.2.11:2379",
    ),
    (
        "kubeadm-1.29-rejected",
        "kubeadm",
        Runs::StaticPods,
        3,
        3,
        "https://10.0.0.11:2379",
    ),
    (
        "kubeadm-1.31",
        "kubeadm",
        Runs::StaticPods,
        3,
        3,
        "https://10.0.0.11:2379",
    ),
    (
        "kind-1.36",
        "kubeadm",
        Runs::StaticPods,
        1,
        1,
        "https://172.18.0.2:2379",
    ),
    (
        "rke2-1.28",
        "rke2",
        Runs::StaticPods,
        3,
        3,
        "https://10.1.0.11:2379",
    ),
    (
        "kops-1.29",
        "kops",
        Runs::StaticPods,
        3,
        3,
        "https://172.20.32.10:4001",
    ),
    (
        "openshift-4.16",
        "openshift",
        Runs::StaticPods,
        3,
        3,
        "https://192.168.126.11:2379",
    ),
    (
        "talos-1.34",
        "talos",
        Runs::Nodes,
        0,
        3,
        "https://10.5.0.2:2379",
    ),
    (
        "k3s-1.30-etcd",
        "node-role",
        Runs::Nodes,
        0,
        3,
        "https://10.6.0.1:2379",
    ),
    (
        "rke1-1.20",
        "node-role",
        Runs::Nodes,
        0,
        3,
        "https://10.78.0.11:2379",
    ),
    (
        "kubespray-1.30",
        "external",
        Runs::Nodes,
        0,
        3,
        "https://10.10.0.1:2379",
    ),
    (
        "kubeadm-1.27-external-etcd",
        "external",
        Runs::External,
        0,
        2,
        "https://10.9.1.1:2379",
    ),
    (
        "hypershift-4.17",
        "pods",
        Runs::Pods,
        3,
        3,
        "https://etcd-0.etcd-client.clusters-demo.svc:2379",
    ),
    (
        "stateful-set-1.30",
        "pods",
        Runs::Pods,
        3,
        3,
        "http://my-etcd-0.my-etcd-headless.databases.svc.cluster.local:2379",
    ),
    ("hosted-several-1.30", "pods", Runs::Nowhere, 0, 0, ""),
    ("k3s-1.30-sqlite", "none", Runs::Nowhere, 0, 1, ""),
    ("eks-1.33", "none", Runs::Nowhere, 0, 0, ""),
    ("gke-1.32", "none", Runs::Nowhere, 0, 0, ""),
    ("aks-1.31", "none", Runs::Nowhere, 0, 0, ""),
    ("microk8s-1.29", "none", Runs::Nowhere, 0, 0, ""),
    ("k0s-1.31", "none", Runs::Nowhere, 0, 0, ""),
];

#[test]
fn every_fixture_has_a_case_and_is_found() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json").map(str::to_owned)
        })
        .collect();
    let named: BTreeSet<String> = CASES.iter().map(|case| case.0.to_owned()).collect();
    assert_eq!(files, named);
    for (name, source, runs, pods, nodes, endpoint) in CASES {
        let Discovery {
            source: by,
            found,
            nodes: carrying,
        } = found_in(name);
        let first = found
            .endpoints
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert_eq!(
            (
                by,
                found.runs,
                found.pods.len(),
                carrying.len(),
                first.as_str()
            ),
            (*source, *runs, *pods, *nodes, *endpoint),
            "{name}: {}",
            found.what
        );
        if *runs == Runs::Nowhere {
            assert!(!found.notes.is_empty(), "{name} says why there is none");
        }
    }
}

#[test]
fn where_there_is_none_the_reason_is_named() {
    for (name, words) in [
        ("eks-1.33", "managed by Amazon EKS"),
        ("gke-1.32", "managed by Google GKE"),
        ("aks-1.31", "managed by Azure AKS"),
        ("microk8s-1.29", "dqlite"),
        ("k3s-1.30-sqlite", "sqlite"),
        ("k0s-1.31", "on a controller"),
        ("hosted-several-1.30", "choose one with `--namespace"),
    ] {
        let notes = found_in(name).found.notes.join("; ");
        assert!(notes.contains(words), "{name}: {notes}");
    }
}

#[test]
fn a_crash_loop_is_read_with_its_last_end() {
    let found = found_in("kubeadm-1.20-crash-loop").found;
    let pod = &found.pods[0];
    assert_eq!(pod.process.state, ProcessState::Restarting);
    assert_eq!(pod.process.state_text, "CrashLoopBackOff");
    assert_eq!(pod.process.exit_code, Some(2));
    let facts = pod.process.pod.as_ref().unwrap();
    assert!(facts.mirror);
    assert_eq!(facts.ready, Some(false));
    assert_eq!(facts.last_termination.as_ref().unwrap().exit_code, 2);
    assert!(!pod.runs() && found.pods[1].runs());
}

#[test]
fn a_rejected_pod_does_not_run_whatever_its_containers_said() {
    let found = found_in("kubeadm-1.29-rejected").found;
    let process = &found.pods[1].process;
    assert_eq!(process.state, ProcessState::Exited);
    assert_eq!(process.state_text, "OutOfephemeral-storage");
}

#[test]
fn settings_are_read_from_scripts_variables_and_environment() {
    let openshift = found_in("openshift-4.16").found;
    let config = &openshift.pods[1].process.config;
    assert_eq!(openshift.pods[1].container, "etcd");
    assert_eq!(config.get("name"), Some("master-1"));
    assert_eq!(
        config.get("initial-advertise-peer-urls"),
        Some("https://192.168.126.12:2380")
    );
    let chart = found_in("stateful-set-1.30").found;
    assert_eq!(chart.pods[2].process.config.get("name"), Some("my-etcd-2"));
    assert!(chart.what.contains("a Helm chart"), "{}", chart.what);
    let rke2 = found_in("rke2-1.28").found;
    assert_eq!(
        rke2.pods[0].process.config.config_file.as_deref(),
        Some("/var/lib/rancher/rke2/server/db/etcd/config")
    );
}
