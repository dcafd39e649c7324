// SPDX-License-Identifier: Apache-2.0

//! As a docker subcommand: `docker inspectrun`.

use std::process::Command;

use crate::lab::{Engine, Output, program, sid, trixie};

/// docker with the plugin installed in a configuration folder of its own.
fn docker(engine: &Engine, config: &std::path::Path, words: &[&str]) -> Output {
    let out = Command::new(engine.client_dir.join("docker"))
        .args(words)
        .env("DOCKER_CONFIG", config)
        .env("DOCKER_HOST", engine.host())
        .output()
        .unwrap();
    Output::of(out)
}

#[test]
fn it_runs_as_dockers_own_subcommand() {
    for engine in [trixie(), sid()] {
        let config = tempfile::tempdir().unwrap();
        let install = Command::new(program())
            .args(["install-plugin", "--dir"])
            .arg(config.path().join("cli-plugins"))
            .output()
            .unwrap();
        assert!(install.status.success());
        let name = format!("{}other", engine.prefix);
        let out = docker(engine, config.path(), &["inspectrun", "--oneline", &name]).ok();
        assert!(
            out.starts_with("docker run") && out.contains(&format!("--name {name} ")),
            "{out}"
        );
        // docker's own options stand before the name.
        let host = engine.host();
        let out = docker(
            engine,
            config.path(),
            &["-H", &host, "inspectrun", &name, "-o", "argv"],
        )
        .ok();
        assert!(out.starts_with("[\"docker\",\"run\""), "{out}");
        let help = docker(engine, config.path(), &["--help"]).ok();
        assert!(help.contains("inspectrun*"), "{help}");
        let own = docker(engine, config.path(), &["inspectrun", "--help"]).ok();
        assert!(own.contains("--set-arg"), "{own}");
        let begun = &name[..name.len() - 2];
        let completed = docker(engine, config.path(), &["__complete", "inspectrun", begun]).ok();
        assert!(
            completed.contains(&name) && completed.trim_end().ends_with(":4"),
            "{completed}"
        );
        let failed = docker(engine, config.path(), &["inspectrun", "no-such"]);
        assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    }
}

#[test]
fn the_metadata_call_is_what_docker_wants() {
    let out = Output::of(
        Command::new(program())
            .arg("docker-cli-plugin-metadata")
            .output()
            .unwrap(),
    )
    .ok();
    let data: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(data["SchemaVersion"], "0.1.0");
    assert!(
        data["Vendor"]
            .as_str()
            .is_some_and(|vendor| !vendor.is_empty())
    );
}
