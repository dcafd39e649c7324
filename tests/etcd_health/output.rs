// SPDX-License-Identifier: Apache-2.0

//! What is printed, and where.

use std::process::{Command, Stdio};

use crate::support::{PLUGIN, Run, break_second, endpoint_flags, lab, lab_to_look_at};

#[test]
fn json_and_yaml_are_whole_documents_of_one_schema() {
    let lab = lab_to_look_at();
    let json = Run::new()
        .args(endpoint_flags(&lab))
        .args(["-o", "json"])
        .run();
    assert_eq!(json.json()["schema"], "kubectl-etcd/report/v1");
    assert_eq!(
        json.json()["observation"]["schema"],
        "kubectl-etcd/observation/v1"
    );
    assert_eq!(json.stderr, "");
    let id = json.json()["observation"]["cluster_id"]
        .as_str()
        .map(str::to_owned);
    assert!(
        id.is_some_and(|id| u64::from_str_radix(&id, 16).is_ok()),
        "ids are hex text"
    );
    let yaml = Run::new()
        .args(endpoint_flags(&lab))
        .args(["-o", "yaml"])
        .run();
    assert!(
        yaml.stdout.contains("schema: kubectl-etcd/report/v1"),
        "{}",
        yaml.stdout
    );
}

#[test]
fn the_table_has_kubectls_look() {
    let lab = lab_to_look_at();
    let answer = Run::new()
        .args(endpoint_flags(&lab))
        .args(["--fail-on", "degraded"])
        .run();
    assert_eq!(answer.code, 0, "{answer:?}");
    let header = answer
        .stdout
        .lines()
        .find(|line| line.starts_with("MEMBER"))
        .unwrap_or_default();
    let titles: Vec<&str> = header
        .split("   ")
        .map(str::trim)
        .filter(|t| !t.is_empty())
        .collect();
    assert_eq!(
        titles,
        [
            "MEMBER",
            "STATUS",
            "ROLE",
            "VERSION",
            "DB SIZE",
            "RAFT INDEX",
            "ENDPOINT"
        ]
    );
    assert!(
        answer.stdout.lines().all(|line| line == line.trim_end()),
        "no trailing blanks"
    );
    let bare = Run::new()
        .args(endpoint_flags(&lab))
        .args(["--no-headers"])
        .run();
    assert!(
        bare.stdout.starts_with("etcd-n1   healthy"),
        "{}",
        bare.stdout
    );
    let wide = Run::new()
        .args(endpoint_flags(&lab))
        .args(["-o", "wide"])
        .run();
    assert!(wide.stdout.contains("HASHKV"), "{}", wide.stdout);
}

#[test]
fn help_names_the_command_as_kubectl_runs_it() {
    // kubectl calls a plugin by the very path that a search of PATH finds.
    let plugins = std::path::Path::new(PLUGIN).parent().expect("a folder");
    let plugin = || Run::new().path_first(plugins);
    let answer = plugin().args(["--help"]).run();
    assert_eq!(answer.code, 0);
    assert!(
        answer
            .stdout
            .contains("Usage: kubectl etcd-health [OPTIONS]"),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains("4 degraded"),
        "the exit codes are listed"
    );
    for command in ["logs", "explain", "db"] {
        assert!(answer.stdout.contains(command), "{command} is not listed");
        let help = plugin().args([command, "--help"]).run();
        let usage = format!("Usage: kubectl etcd-health {command}");
        assert!(help.stdout.contains(&usage), "{}", help.stdout);
    }
    let version = plugin().args(["--version"]).run();
    assert!(
        version.stdout.starts_with("kubectl etcd-health "),
        "{version:?}"
    );
}

#[test]
fn a_wrong_flag_is_a_usage_error() {
    let answer = Run::new().args(["--no-such-flag"]).run();
    assert_eq!(answer.code, 2);
    assert_eq!(answer.stdout, "");
    assert!(answer.stderr.contains("--no-such-flag"), "{answer:?}");
}

#[test]
fn a_log_is_diagnosed_without_a_cluster() {
    let log = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/logs/3.4.23/multiref.log"
    );
    let answer = Run::new().args(["logs", log]).run();
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.stdout.contains("db-multiref"), "{}", answer.stdout);
    let json = Run::new().args(["logs", log, "-o", "json"]).run();
    assert_eq!(json.json()["cause"]["id"], "db-multiref");

    let mut child = Command::new(PLUGIN)
        .args(["logs", "-"])
        .stdin(Stdio::from(std::fs::File::open(log).expect("the fixture")))
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(4));

    let missing = Run::new().args(["logs", "/nonexistent.log"]).run();
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.stderr.contains("/nonexistent.log"), "{missing:?}");
    let folder = Run::new().args(["logs", "/"]).run();
    assert_eq!(folder.code, 1, "{folder:?}");
    let binary = Run::new().args(["logs", PLUGIN]).run();
    assert_eq!(binary.code, 1, "{binary:?}");
}

#[test]
fn explain_knows_findings_and_signatures() {
    for id in ["db-multiref", "quorum-lost"] {
        let answer = Run::new().args(["explain", id]).run();
        assert_eq!(answer.code, 0);
        assert!(
            answer.stdout.starts_with(&format!("{id}: ")),
            "{}",
            answer.stdout
        );
    }
    let list = Run::new().args(["explain", "--list"]).run();
    assert!(list.stdout.lines().count() > 150, "{}", list.stdout);
    let unknown = Run::new().args(["explain", "multiref"]).run();
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("db-multiref"), "{unknown:?}");
}

#[test]
fn watch_redraws_and_marks_what_changed() {
    use std::io::{BufRead as _, BufReader};
    let lab = lab();
    let mut child = Command::new(PLUGIN)
        .args(endpoint_flags(&lab))
        .args(["--watch=1"])
        .env(
            "HOME",
            std::env::temp_dir().join(format!("watch-{}", std::process::id())),
        )
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
    let mut until = |text: &str| {
        let found = lines
            .by_ref()
            .map_while(Result::ok)
            .take(2000)
            .any(|line| line.contains(text));
        assert!(found, "{text:?} never came");
    };
    until("all 3 voting members are healthy");
    break_second(&lab, "one-down");
    until("changed since the last round:");
    until("+ member etcd-n2: unhealthy");
    // Ctrl-C, as a person ends it.
    let pid = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    assert_eq!(
        child.wait().expect("it ends").code(),
        Some(4),
        "the code of the last round"
    );
}
