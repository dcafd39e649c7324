// SPDX-License-Identifier: Apache-2.0

//! On a node: its own files, processes and logs.

use std::path::Path;

use lab::Lab;
use serde_json::Value;

use crate::support::{Answer, PLUGIN, Run, break_second, findings, lab, lab_to_look_at};

/// Runs the plugin inside a node, with caches kept in a folder.
fn on_node(lab: &Lab, node: usize, home: &Path, args: &[&str]) -> Answer {
    let pid = lab.node(node).init_pid().expect("the node runs");
    Run::with("nsenter")
        .args([
            "-t",
            &pid.to_string(),
            "-m",
            "-u",
            "-i",
            "-n",
            "-p",
            "--",
            PLUGIN,
        ])
        .args(args)
        .at_home(home)
        .run()
}

fn states(report: &Value) -> Vec<(&str, &str)> {
    let list = report["members"].as_array().map(Vec::as_slice);
    list.unwrap_or_default()
        .iter()
        .filter_map(|m| Some((m["label"].as_str()?, m["health"]["state"].as_str()?)))
        .collect()
}

#[test]
fn the_files_and_the_engine_of_a_node_are_enough() {
    let lab = lab_to_look_at();
    let home = tempfile::tempdir().expect("a folder");
    let answer = on_node(
        &lab,
        1,
        home.path(),
        &["-o", "json", "--fail-on", "degraded"],
    );
    assert_eq!(answer.code, 0, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["observation"]["access"]["via"], "local");
    assert_eq!(
        report["quorum"]["healthy_voters"],
        3,
        "{:?}",
        states(&report)
    );
    let own = &report["observation"]["members"][1];
    assert_eq!(own["process"]["state_text"], "Up", "{own}");
}

#[test]
fn a_node_whose_etcd_and_engine_are_dead_still_tells_why_and_names_the_others() {
    let lab = lab();
    let home = tempfile::tempdir().expect("a folder");
    let args = ["--via", "local", "-o", "json"];
    let answer = on_node(&lab, 1, home.path(), &args);
    assert!([0, 3].contains(&answer.code), "{answer:?}");

    break_second(&lab, "multiref");
    lab.node(1).stop_service("engine").expect("the engine ends");
    let answer = on_node(&lab, 1, home.path(), &args);
    assert_eq!(answer.code, 4, "{answer:?}");
    let report = answer.json();
    assert_eq!(
        states(&report),
        [
            ("etcd-n1", "healthy"),
            ("etcd-n2", "unhealthy"),
            ("etcd-n3", "healthy")
        ]
    );
    let top = &report["findings"][0];
    assert_eq!(top["id"], "db-multiref", "{:?}", findings(&report));
    let evidence = top["evidence"].to_string();
    assert!(evidence.contains("multiple references"), "{evidence}");
    assert!(
        evidence.contains("-json.log"),
        "the file is named: {evidence}"
    );
}
