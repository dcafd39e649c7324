// SPDX-License-Identifier: Apache-2.0

//! What only pods and their manifests can suffer from.

use crate::model::{
    EtcdPlace, KubernetesObservation, ManifestFile, ManifestFolder, MemberObservation,
    NodeObservation, Observation, PodEvent, PodFacts, ProbeErrorKind, ProcessKind, ProcessState,
    Severity, Termination,
};

use super::build::{at, cluster, findings, silence, top};

/// A healthy cluster in static pods, etcd-nI on node nI.
fn in_pods() -> Observation {
    let mut observation = cluster(3);
    for index in 1..=3 {
        let member = at(&mut observation, index);
        member.node = Some(node(index));
        let process = member.process.as_mut().unwrap();
        process.kind = ProcessKind::Pod;
        process.name = format!("kube-system/etcd-n{index}");
        process.node = Some(format!("n{index}"));
        process.state_text = "Running".to_owned();
        process.pod = Some(PodFacts {
            phase: "Running".to_owned(),
            ready: Some(true),
            mirror: true,
            ..PodFacts::default()
        });
    }
    observation.kubernetes = Some(KubernetesObservation {
        server: "https://10.0.0.1:6443".to_owned(),
        reachable: Some(Ok(())),
        etcd: Some(EtcdPlace {
            source: "kubeadm".to_owned(),
            what: "static pods made by kubeadm".to_owned(),
            static_pods: true,
        }),
        nodes: (1..=3).map(node).collect(),
        ..KubernetesObservation::default()
    });
    observation
}

fn node(index: usize) -> NodeObservation {
    NodeObservation {
        name: format!("n{index}"),
        addresses: vec![format!("10.0.0.{index}")],
        roles: vec!["control-plane".to_owned()],
        ready: Some(true),
        ..NodeObservation::default()
    }
}

fn facts(member: &mut MemberObservation) -> &mut PodFacts {
    member.process.as_mut().unwrap().pod.as_mut().unwrap()
}

fn event(reason: &str, count: i64, last_at: &str) -> PodEvent {
    PodEvent {
        reason: reason.to_owned(),
        message: "Startup probe failed: HTTP probe failed with statuscode: 503".to_owned(),
        count,
        last_at: Some(last_at.parse().unwrap()),
    }
}

#[test]
fn healthy_pods_show_nothing() {
    assert_eq!(findings(in_pods()), []);
}

#[test]
fn a_pod_that_the_kubelet_turned_down_is_the_cause() {
    let mut observation = in_pods();
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::Refused);
    member.process.as_mut().unwrap().state = ProcessState::Exited;
    let pod = facts(member);
    pod.phase = "Failed".to_owned();
    pod.reason = Some("OutOfephemeral-storage".to_owned());
    pod.message = Some("requested: 104857600, capacity: 0".to_owned());
    let found = findings(observation);
    assert_eq!(found[0].id, "pod-rejected");
    assert!(found[0].evidence[0].text.contains("capacity: 0"));
    let command = &found[0].remedy.commands[0];
    assert!(command.contains("restart kubelet"), "{command}");

    // A reason alone, on a pod that runs, is none.
    let mut observation = in_pods();
    facts(at(&mut observation, 2)).reason = Some("NodeAffinity".to_owned());
    assert_eq!(findings(observation), []);
}

#[test]
fn an_image_that_cannot_be_had_is_named() {
    let mut observation = in_pods();
    let member = at(&mut observation, 3);
    silence(member, ProbeErrorKind::Refused);
    let process = member.process.as_mut().unwrap();
    process.state = ProcessState::Created;
    process.state_text = "ImagePullBackOff".to_owned();
    process.error = Some("Back-off pulling image".to_owned());
    assert_eq!(top(observation.clone()), "pod-image");
    at(&mut observation, 3).process.as_mut().unwrap().state_text = "ContainerCreating".to_owned();
    assert_eq!(top(observation), "process-created");
}

#[test]
fn failing_probes_count_when_they_are_many_and_fresh() {
    // The cluster is looked at at 08:00.
    for (count, last_at, fires) in [
        (3, "2026-11-22T07:58:00Z", true),
        (2, "2026-11-22T07:58:00Z", false),
        (9, "2026-11-22T07:30:00Z", false),
    ] {
        let mut observation = in_pods();
        facts(at(&mut observation, 1)).events = vec![event("Unhealthy", count, last_at)];
        let found = findings(observation);
        let fired = found.iter().any(|f| f.id == "pod-probes-fail");
        assert_eq!(fired, fires, "{count} at {last_at}");
        assert!(found.iter().all(|f| f.severity == Severity::Warning));
    }
    // Those of the life before say nothing of this one.
    let mut observation = in_pods();
    let member = at(&mut observation, 1);
    facts(member).events = vec![event("Unhealthy", 9, "2026-11-22T07:50:00Z")];
    member.process.as_mut().unwrap().started_at = Some("2026-11-22T07:55:00Z".parse().unwrap());
    assert_eq!(findings(observation), []);
}

#[test]
fn the_words_of_the_last_end_explain_a_dead_container() {
    let mut observation = in_pods();
    let member = at(&mut observation, 2);
    silence(member, ProbeErrorKind::Refused);
    member.process.as_mut().unwrap().state = ProcessState::Restarting;
    facts(member).last_termination = Some(Termination {
        exit_code: 127,
        reason: Some("ContainerCannotRun".to_owned()),
        message: Some("exec: \"etcdd\": executable file not found".to_owned()),
        ..Termination::default()
    });
    assert_eq!(top(observation.clone()), "pod-termination-message");
    facts(at(&mut observation, 2)).last_termination = None;
    assert_eq!(top(observation), "process-restarting");
}

#[test]
fn a_node_without_its_mirror_pod_is_told() {
    let mut observation = in_pods();
    let member = at(&mut observation, 3);
    silence(member, ProbeErrorKind::Refused);
    member.process = None;
    assert_eq!(top(observation.clone()), "static-pod-missing");
    // Where etcd is no static pod, its absence from the pods says nothing.
    let kubernetes = observation.kubernetes.as_mut().unwrap();
    kubernetes.etcd.as_mut().unwrap().static_pods = false;
    assert_eq!(top(observation), "member-refused");
}

fn with_folder(files: Vec<ManifestFile>) -> Observation {
    let mut observation = in_pods();
    observation.manifest_folders = vec![ManifestFolder {
        node: Some("n2".to_owned()),
        path: "/etc/kubernetes/manifests".to_owned(),
        files,
    }];
    observation
}

fn manifest(name: &str) -> ManifestFile {
    let config = at(&mut in_pods(), 2).process.clone().unwrap().config;
    ManifestFile {
        name: name.to_owned(),
        config: Some(config),
        problem: None,
    }
}

#[test]
fn a_copy_in_the_manifest_folder_is_found_and_named() {
    assert_eq!(findings(with_folder(vec![manifest("etcd.yaml")])), []);
    let found = findings(with_folder(vec![
        manifest("etcd.yaml"),
        manifest("etcd.yaml.backup"),
    ]));
    assert_eq!(found[0].id, "manifest-extra");
    assert!(
        found[0].cause.contains("etcd.yaml.backup"),
        "{}",
        found[0].cause
    );
    assert_eq!(
        found[0].remedy.commands,
        ["sudo mv /etc/kubernetes/manifests/etcd.yaml.backup /etc/kubernetes/"]
    );
}

#[test]
fn a_manifest_that_is_no_pod_or_not_what_runs_is_found() {
    let broken = ManifestFile {
        name: "etcd.yaml".to_owned(),
        config: None,
        problem: Some("did not find expected key".to_owned()),
    };
    assert_eq!(top(with_folder(vec![broken])), "manifest-unreadable");
    let mut changed = manifest("etcd.yaml");
    let flags = &mut changed.config.as_mut().unwrap().flags;
    flags.insert("quota-backend-bytes".to_owned(), "8589934592".to_owned());
    let found = findings(with_folder(vec![changed]));
    assert_eq!(found[0].id, "manifest-not-applied");
    assert!(
        found[0].evidence[0]
            .text
            .contains("--quota-backend-bytes: 8589934592 in the file, nothing in the pod"),
        "{:?}",
        found[0].evidence
    );
}
