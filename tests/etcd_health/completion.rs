// SPDX-License-Identifier: Apache-2.0

//! Completion, asked as people ask: through a real kubectl and in a real bash.

use std::path::Path;

use crate::support::{Answer, PLUGIN, Run};

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: prod
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: staging, context: {cluster: c, user: u}}
clusters:
- {name: c, cluster: {server: 'https://127.0.0.1:1'}}
users:
- {name: u, user: {}}
";

const TOPOLOGY: &str = r#"{"schema": "kubectl-etcd/topology/v1", "cluster_id": "cdf818194e3a8c32",
"saved_at": "2026-01-02T03:04:05Z", "contexts": ["prod"], "places": [],
"members": [{"id": "8e9e05c52164694d", "name": "etcd-n1", "peer_urls": ["https://10.9.9.1:2380"],
"client_urls": ["https://10.9.9.1:2379"], "is_learner": false}], "nodes": [["n1", "10.9.9.1"]]}"#;

/// A folder with the plugin and its helper, as `completion install` leaves it, and a home in
/// which a cluster was seen before.
fn stand() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    std::os::unix::fs::symlink(PLUGIN, path.join("kubectl-etcd_health")).expect("a link");
    std::fs::write(path.join("kubeconfig"), KUBECONFIG).expect("a kubeconfig");
    let cache = path.join(".cache/kubectl-etcd/topology");
    std::fs::create_dir_all(&cache).expect("a cache");
    std::fs::write(cache.join("cdf818194e3a8c32.json"), TOPOLOGY).expect("a topology");
    let installed = Run::with(path.join("kubectl-etcd_health"))
        .path_first(path)
        .args(["completion", "install"])
        .run();
    assert_eq!(installed.code, 0, "{installed:?}");
    folder
}

fn run(folder: &Path, program: impl AsRef<Path>, args: &[&str]) -> Answer {
    Run::with(program)
        .path_first(folder)
        .at_home(folder)
        .env("KUBECONFIG", folder.join("kubeconfig"))
        .args(args)
        .run()
}

/// What a real kubectl answers to its shell scripts, with the words behind `kubectl etcd-health`.
fn through_kubectl(folder: &Path, words: &[&str]) -> Vec<String> {
    let kubectl = lab::setup::kubectl().expect("a kubectl");
    let args = [&["__complete", "etcd-health"], words].concat();
    let answer = run(folder, kubectl, &args);
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn kubectl_completes_subcommands_and_flags_with_descriptions() {
    let stand = stand();
    let words = through_kubectl(stand.path(), &[""]);
    assert!(
        words.contains(&"explain\tExplain a finding or a log signature".to_owned()),
        "{words:?}"
    );
    assert_eq!(words.last().map(String::as_str), Some(":4"));
    let flags = through_kubectl(stand.path(), &["--conte"]);
    assert_eq!(
        flags,
        ["--context\tThe name of the kubeconfig context to use", ":4"]
    );
}

#[test]
fn kubectl_completes_contexts_of_the_kubeconfig_in_use() {
    let stand = stand();
    for words in [&["--context", ""][..], &["--context="]] {
        assert_eq!(
            through_kubectl(stand.path(), words),
            ["prod", "staging", ":4"]
        );
    }
    let other = stand.path().join("other");
    std::fs::write(&other, KUBECONFIG.replace("staging", "lab")).expect("a kubeconfig");
    let flag = format!("--kubeconfig={}", other.display());
    assert_eq!(
        through_kubectl(stand.path(), &[&flag, "--context", ""]),
        ["prod", "lab", ":4"]
    );
}

#[test]
fn kubectl_completes_ids_formats_and_what_was_seen_before() {
    let stand = stand();
    let ids = through_kubectl(stand.path(), &["explain", "db-m"]);
    assert!(
        ids.iter()
            .any(|id| id.split('\t').next() == Some("db-multiref")),
        "{ids:?}"
    );
    let formats = through_kubectl(stand.path(), &["-o", "j"]);
    assert!(formats.iter().any(|f| f.starts_with("json")), "{formats:?}");
    assert_eq!(
        through_kubectl(stand.path(), &["--endpoints", ""]),
        ["https://10.9.9.1:2379\tetcd-n1", ":4"]
    );
    assert_eq!(
        through_kubectl(stand.path(), &["--docker-host", ""]),
        ["n1=\t10.9.9.1", ":6"]
    );
}

#[test]
fn nothing_that_is_wrong_reaches_the_prompt() {
    let stand = stand();
    let broken = stand.path().join("kubectl_complete-etcd_health");
    for words in [
        &["--kubeconfig=/nowhere", "--context", ""][..],
        &["--no-such-flag", "--", "x", ""],
        &["nonsense", "--context="],
    ] {
        let answer = run(stand.path(), &broken, words);
        assert_eq!(answer.code, 0, "{answer:?}");
        assert_eq!(answer.stderr, "", "{answer:?}");
        let directive = answer.stdout.lines().last().unwrap_or_default();
        assert!(directive.starts_with(':'), "{answer:?}");
    }
}

#[test]
fn the_helper_is_installed_again_but_replaces_no_file_of_others() {
    let stand = stand();
    let program = stand.path().join("kubectl-etcd_health");
    let again = run(stand.path(), &program, &["completion", "install"]);
    assert_eq!(again.code, 0, "{again:?}");
    let helper = stand.path().join("kubectl_complete-etcd_health");
    assert_eq!(
        std::fs::read_link(&helper).expect("a link"),
        Path::new("kubectl-etcd_health")
    );
    std::fs::remove_file(&helper).expect("removed");
    std::fs::write(&helper, "mine").expect("a file");
    let refused = run(stand.path(), &program, &["completion", "install"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(std::fs::read_to_string(&helper).expect("kept"), "mine");
}

#[test]
fn bash_completes_the_program_by_its_own_name() {
    let stand = stand();
    // What bash does at TAB: set the line, call the function, offer COMPREPLY.
    let script = r#"
        source <(kubectl-etcd_health completion bash)
        complete -p kubectl-etcd_health | grep -o _kubectl_etcd_health
        complete -p kubectl 2>/dev/null && echo "took kubectl's own completion"
        tab() { COMP_LINE=$1; COMP_POINT=${#1}; _kubectl_etcd_health 2>/dev/null; echo "${COMPREPLY[*]}"; }
        compopt() { :; }
        tab "kubectl-etcd_health exp"
        tab "kubectl-etcd_health --context "
        tab "kubectl-etcd_health --context=st"
        tab "kubectl-etcd_health --endpoints https://10"
    "#;
    let answer = run(stand.path(), "bash", &["--norc", "-c", script]);
    let lines: Vec<&str> = answer.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "_kubectl_etcd_health",
            "explain",
            "prod staging",
            "staging",
            "//10.9.9.1:2379"
        ],
        "{answer:?}"
    );
}

#[test]
fn fish_completes_the_program_by_its_own_name() {
    lab::setup::ensure_tools().expect("fish is installed");
    let stand = stand();
    let script = "kubectl-etcd_health completion fish | source
        for line in 'exp' '--context ' '--context=st' '--kubeconfig=/nowhere --context '
            complete -C \"kubectl-etcd_health $line\"
        end";
    let answer = run(stand.path(), "fish", &["--no-config", "-c", script]);
    let lines: Vec<&str> = answer.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "explain\tExplain a finding or a log signature",
            "prod",
            "staging",
            "--context=staging"
        ],
        "{answer:?}"
    );
}
