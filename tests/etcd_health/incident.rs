// SPDX-License-Identifier: Apache-2.0

//! The incident: one member of three crash-loops on a page that is referenced twice.

use lab::Lab;

use crate::support::{
    Answer, PLUGIN, Run, break_second, docker_flags, endpoint_flags, findings, lab,
};

/// The member that is broken: the second node's.
const BROKEN: &str = "etcd-n2";

fn break_it(lab: &Lab) {
    break_second(lab, "multiref");
}

/// What every way must say where it can read the container.
fn says_the_incident(answer: &Answer, lab: &Lab) {
    assert_eq!(answer.code, 4, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["verdict"], "degraded");
    assert_eq!(report["quorum"]["tolerance"], 0);
    let top = &report["findings"][0];
    assert_eq!(top["id"], "db-multiref", "{:?}", findings(&report));
    assert_eq!(top["subject"]["name"], BROKEN);
    let evidence = top["evidence"].to_string();
    assert!(
        evidence.contains("panic: freepages: failed to get all reachable pages"),
        "{evidence}"
    );
    assert!(evidence.contains("multiple references"), "{evidence}");
    let commands = top["remedy"]["commands"].to_string();
    assert!(
        commands.contains(&format!("kubectl etcd-replace node {BROKEN}")),
        "{commands}"
    );
    let healthy: Vec<&str> = report["members"]
        .as_array()
        .expect("members")
        .iter()
        .filter(|m| m["health"]["state"] == "healthy")
        .filter_map(|m| m["label"].as_str())
        .collect();
    assert_eq!(healthy, ["etcd-n1", "etcd-n3"]);
    assert_eq!(lab.members().len(), 3);
}

#[test]
fn it_is_named_from_docker_alone() {
    let lab = lab();
    break_it(&lab);
    let answer = Run::new()
        .args(docker_flags(&lab))
        .args(["-o", "json"])
        .run();
    says_the_incident(&answer, &lab);
    let commands = answer.json()["findings"][0]["remedy"]["commands"].to_string();
    assert!(
        commands.contains("--docker-host"),
        "the access flags in use are repeated: {commands}"
    );
}

#[test]
fn it_is_named_from_flags_and_engines() {
    let lab = lab();
    break_it(&lab);
    let flags = endpoint_flags(&lab).into_iter().chain(docker_flags(&lab));
    let answer = Run::new().args(flags).args(["-o", "json"]).run();
    says_the_incident(&answer, &lab);
    assert_eq!(answer.json()["observation"]["access"]["via"], "endpoints");
}

#[test]
fn from_flags_alone_the_member_is_down_and_the_verdict_degraded() {
    let lab = lab();
    break_it(&lab);
    let answer = Run::new()
        .args(endpoint_flags(&lab))
        .args(["-o", "json"])
        .run();
    assert_eq!(answer.code, 4, "{answer:?}");
    let report = answer.json();
    let (id, _, subject) = findings(&report).into_iter().next().expect("a finding");
    assert_eq!((id.as_str(), subject.as_str()), ("member-refused", BROKEN));
}

#[test]
fn it_is_named_over_ssh_with_the_nodes_from_kubernetes() {
    let lab = lab();
    break_it(&lab);
    let answer = Run::new()
        .path_first(&lab.ssh().wrapper_folder)
        .args(["--kubeconfig", &lab.kubeconfig().display().to_string()])
        .args(["--docker-host", "ssh://root@{address}", "-o", "json"])
        .run();
    says_the_incident(&answer, &lab);
    let report = answer.json();
    assert_eq!(report["observation"]["access"]["via"], "docker");
    assert_eq!(report["observation"]["members"][0]["node"]["name"], "n1");
}

#[test]
fn it_is_named_with_the_api_server_stopped() {
    let lab = lab();
    // While all is well a run learns where the members are.
    let kube = [
        "--kubeconfig".to_owned(),
        lab.kubeconfig().display().to_string(),
    ];
    let pattern = ["--docker-host", "ssh://root@{address}", "-o", "json"];
    let first = Run::new()
        .path_first(&lab.ssh().wrapper_folder)
        .args(&kube)
        .args(pattern);
    let home = first.home();
    let kept = tempfile::tempdir().expect("a folder");
    let answer = first.at_home(kept.path()).run();
    assert_eq!(answer.code, 0, "{answer:?} {home:?}");

    break_it(&lab);
    lab.stop_api().expect("the API server stops");
    let answer = Run::new()
        .at_home(kept.path())
        .path_first(&lab.ssh().wrapper_folder)
        .args(&kube)
        .args(pattern)
        .run();
    lab.start_api().expect("the API server starts");
    says_the_incident(&answer, &lab);
    let report = answer.json();
    let notes = report["observation"]["access"]["notes"].to_string();
    assert!(
        notes.contains("an earlier run saw"),
        "it says that it used the cache: {notes}"
    );
    let ids = findings(&report);
    assert!(
        ids.iter().any(|(id, ..)| id.contains("api")),
        "it says that the API is down: {ids:?}"
    );
}

#[test]
fn kubectl_runs_it_and_the_table_can_be_read() {
    let lab = lab();
    break_it(&lab);
    let plugins = std::path::Path::new(PLUGIN).parent().expect("a folder");
    let kubectl = lab::setup::kubectl().expect("kubectl is set up");
    let answer = Run::with(kubectl)
        .path_first(plugins)
        .args(["etcd-health"])
        .args(docker_flags(&lab))
        .run();
    assert_eq!(answer.code, 4, "{answer:?}");
    let first = answer.stdout.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("DEGRADED  1 of 3 members is down (etcd-n2)"),
        "{first}"
    );
    let row = answer
        .stdout
        .lines()
        .find(|line| line.starts_with(BROKEN))
        .unwrap_or_default();
    assert!(row.contains("CRASH LOOP"), "{}", answer.stdout);
    assert!(answer.stdout.contains("[db-multiref]"), "{}", answer.stdout);
    assert!(
        answer
            .stdout
            .contains("$ kubectl etcd-replace node etcd-n2"),
        "{}",
        answer.stdout
    );
    assert!(
        !answer.stdout.contains('\u{1b}'),
        "no colour without a terminal"
    );
    fits_a_narrow_terminal(&lab);
}

/// On 80 columns nothing but what has no blank (and what is copied) runs over the edge.
fn fits_a_narrow_terminal(lab: &Lab) {
    let plugin = format!(
        "stty cols 80; exec {PLUGIN} {} 2>/dev/null",
        docker_flags(lab).join(" ")
    );
    let answer = Run::with("script")
        .args(["--quiet", "--return", "--command", &plugin, "/dev/null"])
        .run();
    assert_eq!(answer.code, 4, "{answer:?}");
    let text = &answer.stdout;
    assert!(text.contains("[db-multiref]"), "{text}");
    for line in text.lines().map(str::trim_end) {
        let said = line.trim_start();
        let breakable = said.split_once(' ').is_some() && !said.starts_with("$ ");
        let words = line.split(' ').map(|word| word.chars().count());
        let longest = words.max().unwrap_or_default();
        assert!(
            line.chars().count() <= 80 || !breakable || longest > 60,
            "{line:?} in {text}"
        );
    }
}
