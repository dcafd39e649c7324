// SPDX-License-Identifier: Apache-2.0

//! Which way is taken, and what each way tells.

use crate::support::{Run, docker_flags, endpoint_flags, lab_to_look_at};

fn via(run: Run) -> String {
    let answer = run.args(["-o", "json", "--fail-on", "quorum-lost"]).run();
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.json()["observation"]["access"]["via"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn an_exported_endpoint_never_wins_over_an_explicit_flag() {
    let lab = lab_to_look_at();
    // The environment names a cluster that does not exist.
    let elsewhere = |run: Run| {
        run.env("ETCDCTL_ENDPOINTS", "https://192.0.2.1:2379")
            .env("ETCDCTL_CACERT", "/nonexistent")
    };
    assert_eq!(
        via(elsewhere(Run::new()).args(docker_flags(&lab))),
        "docker"
    );
    assert_eq!(
        via(elsewhere(Run::new()).args(endpoint_flags(&lab))),
        "endpoints"
    );
}

#[test]
fn the_environment_is_etcdctls() {
    let lab = lab_to_look_at();
    let run = Run::new()
        .env("ETCDCTL_ENDPOINTS", lab.endpoints())
        .env("ETCDCTL_CACERT", lab.ca())
        .env("ETCDCTL_CERT", lab.client_cert())
        .env("ETCDCTL_KEY", lab.client_key());
    assert_eq!(via(run), "endpoints");
}

#[test]
fn one_endpoint_is_enough_for_all_members() {
    let lab = lab_to_look_at();
    let mut flags = endpoint_flags(&lab);
    flags[1] = lab.node(0).client_url();
    let answer = Run::new().args(flags).args(["-o", "name"]).run();
    assert_eq!(
        answer.stdout, "member/etcd-n1\nmember/etcd-n2\nmember/etcd-n3\n",
        "{answer:?}"
    );
}

#[test]
fn one_engine_is_enough_for_all_members() {
    let lab = lab_to_look_at();
    let answer = Run::new()
        .args(["--docker-host", &lab.node(2).docker_host(), "-o", "json"])
        .run();
    let report = answer.json();
    assert_eq!(report["quorum"]["healthy_voters"], 3, "{answer:?}");
}

#[test]
fn a_file_per_context_keeps_the_engines() {
    let lab = lab_to_look_at();
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".config/kubectl-etcd/contexts");
    std::fs::create_dir_all(&folder).expect("the folder is made");
    std::fs::write(
        folder.join("lab.yaml"),
        "docker-host: ssh://root@{address}\n",
    )
    .expect("written");
    let answer = Run::new()
        .at_home(home.path())
        .path_first(&lab.ssh().wrapper_folder)
        .env("KUBECONFIG", lab.kubeconfig())
        .args(["-o", "json"])
        .run();
    let report = answer.json();
    assert_eq!(
        report["observation"]["access"]["via"], "docker",
        "{answer:?}"
    );
    let processes: Vec<&str> = report["observation"]["members"]
        .as_array()
        .expect("members")
        .iter()
        .filter_map(|m| m["process"]["state_text"].as_str())
        .collect();
    assert_eq!(
        processes,
        ["Up", "Up", "Up"],
        "every engine was read over ssh"
    );

    std::fs::write(folder.join("lab.yaml"), "dockerhost: x\n").expect("written");
    let answer = Run::new()
        .at_home(home.path())
        .env("KUBECONFIG", lab.kubeconfig())
        .run();
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(
        answer.stderr.contains("lab.yaml"),
        "the file at fault is named: {answer:?}"
    );
}

#[test]
fn kubernetes_alone_tells_the_addresses_and_says_what_is_missing() {
    let lab = lab_to_look_at();
    let kubeconfig = lab.kubeconfig().display().to_string();
    let answer = Run::new()
        .args(["--kubeconfig", &kubeconfig, "-o", "json"])
        .run();
    assert_eq!(answer.code, 1, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["observation"]["access"]["via"], "api");
    assert_eq!(
        report["findings"][0]["id"], "access-client-certificate",
        "{}",
        report["findings"]
    );
    let notes = report["observation"]["access"]["notes"].to_string();
    assert!(
        notes.contains("--docker-host ssh://root@{address}"),
        "{notes}"
    );

    // With certificates the same way gives the whole report.
    let certificates = endpoint_flags(&lab).split_off(2);
    let run = Run::new()
        .args(["--kubeconfig", &kubeconfig])
        .args(certificates);
    assert_eq!(via(run), "api");
}

#[test]
fn the_topology_cache_holds_no_secret() {
    let lab = lab_to_look_at();
    let run = Run::new()
        .args(docker_flags(&lab))
        .args(["--fail-on", "quorum-lost"]);
    let kept = tempfile::tempdir().expect("a folder");
    let answer = run.at_home(kept.path()).run();
    assert_eq!(answer.code, 0, "{answer:?}");
    let folder = kept.path().join(".cache/kubectl-etcd/topology");
    let files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cache")
        .flatten()
        .collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].path()).expect("readable");
    assert!(
        text.contains("etcd-n1") && !text.contains("PRIVATE"),
        "{text}"
    );
}
