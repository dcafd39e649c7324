// SPDX-License-Identifier: Apache-2.0

//! The lab keeps its promises: real members, faults that show, healing that heals, nothing left.

#![allow(clippy::unwrap_used)] // a failed step of the set-up fails the test

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, LabSpec, SharedLab};

/// Set in a child process that is to hold a lab until it is killed.
const HOLD: &str = "LAB_TEST_HOLD";

fn shared() -> SharedLab {
    Lab::shared(LabSpec::named("test")).unwrap()
}

/// The hashes of all members at one revision.
fn hashes(lab: &Lab) -> Vec<u64> {
    let revision = {
        let done = lab.etcdctl(&["-w", "json", "get", "x"]).unwrap();
        let reply: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        reply["header"]["revision"].as_i64().unwrap()
    };
    let rev = format!("--rev={revision}");
    let done = lab
        .etcdctl(&["-w", "json", "endpoint", "hashkv", &rev])
        .unwrap();
    let reply: Vec<serde_json::Value> = serde_json::from_str(&done.stdout).unwrap();
    reply
        .iter()
        .map(|member| member["HashKV"]["hash"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_incident_shows_and_heals() {
    let lab = shared();
    let before = hashes(&lab);
    assert_eq!(before.len(), 3);
    assert!(
        before.windows(2).all(|pair| pair[0] == pair[1]),
        "{before:?}"
    );

    lab.break_(Fault::named("multiref").unwrap(), 1).unwrap();
    assert!(lab.container_state(1).unwrap().restart_count >= 1);
    let log = lab.node(1).etcd_log(100).unwrap();
    assert!(
        log.contains("panic: freepages: failed to get all reachable pages (page "),
        "{log}"
    );
    assert!(log.contains(": multiple references"), "{log}");
    assert_eq!(lab.container_state(0).unwrap().status, "running");

    lab.heal().unwrap();
    assert_eq!(lab.container_state(1).unwrap().restart_count, 0);
    let after = hashes(&lab);
    assert!(after.windows(2).all(|pair| pair[0] == pair[1]), "{after:?}");
}

#[test]
fn diverged_data_differs_in_hash_only() {
    let lab = shared();
    lab.break_(Fault::named("diverged-data").unwrap(), 2)
        .unwrap();
    let hashes = hashes(&lab);
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
}

#[test]
fn the_api_server_knows_the_nodes_and_can_be_stopped() {
    let lab = shared();
    let nodes = || {
        lab.kubectl()
            .unwrap()
            .args(["--request-timeout=5s", "get", "nodes", "-o", "json"])
            .done()
            .unwrap()
    };
    let done = nodes();
    let list: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    for (item, node) in items.iter().zip(lab.nodes()) {
        assert_eq!(
            item["metadata"]["labels"]["node-role.kubernetes.io/etcd"],
            "true"
        );
        assert_eq!(
            item["status"]["addresses"][0]["address"],
            node.address.to_string()
        );
    }
    lab.stop_api().unwrap();
    assert!(!nodes().success);
    lab.start_api().unwrap();
    assert!(nodes().success);
}

#[test]
fn an_engine_is_the_same_by_socket_and_by_ssh() {
    let mut lab = shared();
    let wrapper = lab.ssh().wrapper_folder;
    let path = format!("{}:{}", wrapper.display(), std::env::var("PATH").unwrap());
    for node in lab.nodes() {
        let by_socket = node
            .docker(["info", "--format", "{{.ID}} {{.Name}}"])
            .ok()
            .unwrap();
        let by_ssh = lab::Run::new("docker")
            .env("PATH", &path)
            .args([
                "-H",
                &node.ssh_host(),
                "info",
                "--format",
                "{{.ID}} {{.Name}}",
            ])
            .ok()
            .unwrap();
        assert_eq!(by_socket, by_ssh);
        assert!(by_socket.trim().ends_with(&node.name), "{by_socket}");
    }
    lab.only_looked();
}

#[test]
fn an_engine_comes_back_with_its_containers() {
    let lab = shared();
    let engine = lab.node(0).service_pid("engine").unwrap();
    lab.node(0).restart_engine().unwrap();
    assert_ne!(lab.node(0).service_pid("engine").unwrap(), engine);
    lab.wait_healthy(Duration::from_secs(60)).unwrap();
}

#[test]
fn two_labs_live_side_by_side_and_leave_nothing() {
    let spec = |name: &str| {
        LabSpec::named(format!("{name}-{}", std::process::id()))
            .members(1)
            .without_api()
    };
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| Lab::up(spec("left")).unwrap());
        let second = scope.spawn(|| Lab::up(spec("right")).unwrap());
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_ne!(first.node(0).address, second.node(0).address);
    first.node(0).stop_etcd().unwrap();
    second.wait_healthy(Duration::from_secs(10)).unwrap();
    for lab in [first, second] {
        let traces = Traces::of(&lab);
        assert!(traces.found().len() >= 4, "{:?}", traces.found());
        lab.down().unwrap();
        assert_eq!(traces.found(), Vec::<PathBuf>::new());
    }
}

/// Everything of a lab that is outside its processes.
struct Traces {
    paths: Vec<PathBuf>,
}

impl Traces {
    fn of(lab: &Lab) -> Self {
        let node = lab.node(0);
        let init = node.init_pid().unwrap();
        Self {
            paths: vec![
                lab.folder(),
                PathBuf::from("/run/netns").join(&node.namespace),
                Path::new("/sys/class/net").join(lab.network().bridge()),
                Path::new("/sys/class/net").join(&node.cable),
                PathBuf::from(format!("/proc/{init}")),
            ],
        }
    }

    fn found(&self) -> Vec<PathBuf> {
        self.paths
            .iter()
            .filter(|path| path.exists())
            .cloned()
            .collect()
    }
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let mut lab = shared();
    let error = Lab::up(lab.spec().clone()).unwrap_err().to_string();
    assert!(error.contains("is there already"), "{error}");
    lab.wait_healthy(Duration::from_secs(10)).unwrap();
    lab.only_looked();
}

#[test]
fn a_killed_test_process_leaves_no_lab() {
    let spec = LabSpec::named("held").members(1).without_api();
    if std::env::var_os(HOLD).is_some() {
        let lab = Lab::shared(spec).unwrap();
        println!("\nholding {}", lab.folder().display());
        std::thread::sleep(Duration::from_secs(600));
        unreachable!("the parent kills this process");
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_killed_test_process_leaves_no_lab",
            "--nocapture",
        ])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let folder = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("holding ").map(PathBuf::from))
        .expect("the child brings a lab up");
    assert!(folder.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while folder.exists() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{} stays",
            folder.display()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
