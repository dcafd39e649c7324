// SPDX-License-Identifier: Apache-2.0

//! The Compose file is valid, and docker compose makes the same container from it.

use std::process::{Command, Stdio};

use crate::lab::{Engine, differences, sid, tool, tool_with_input, trixie};

/// `docker compose` of the engine's release.
fn compose(engine: &Engine, file: &std::path::Path, words: &[&str]) -> Result<String, String> {
    let suite = if engine.name == "trixie" {
        "trixie"
    } else {
        "sid"
    };
    let folder = lab::setup::debian_packages(suite, &["docker-compose"]).unwrap();
    let plugin = folder.join("usr/libexec/docker/cli-plugins/docker-compose");
    let program = if plugin.exists() {
        plugin
    } else {
        folder.join("usr/bin/docker-compose")
    };
    let out = Command::new(program)
        .args([
            "--file",
            file.to_str().unwrap(),
            "--project-name",
            "inspectrun",
        ])
        .args(words)
        .env("DOCKER_HOST", engine.host())
        .env("HOME", "/nonexistent-home")
        .env("x", "must not be taken")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if out.status.success() {
        Ok(text(&out.stdout))
    } else {
        Err(text(&out.stderr))
    }
}

#[test]
fn docker_compose_makes_the_same_container() {
    for engine in [trixie(), sid()] {
        let p = &engine.prefix;
        let net = format!("{p}net");
        let ip = format!("{}.44", engine.subnet(&net));
        let bind = format!("{}:/b:ro", engine.files.dir.join("bind").display());
        let volume = format!("{p}vol:/v");
        let cases: [&[&str]; 4] = [
            &[
                "-e",
                "A=$x $$ ${y}",
                "-e",
                "E=",
                "-l",
                "k=$(id)\nyes: no",
                "--network",
                &net,
                "--ip",
                &ip,
                "--network-alias",
                "al",
            ],
            &[
                "--network",
                "none",
                "-m",
                "64m",
                "--cpus",
                "1.5",
                "--pids-limit",
                "9",
                "--cap-add",
                "NET_ADMIN",
                "--read-only",
                "--init",
                "--ulimit",
                "nofile=10:20",
                "--shm-size",
                "1m",
                "--sysctl",
                "kernel.msgmax=65536",
                "--device",
                "/dev/null:/dev/x:r",
            ],
            &[
                "--network",
                &net,
                "-v",
                &bind,
                "-v",
                &volume,
                "--tmpfs",
                "/t:size=1m",
                "-p",
                "127.0.0.1:8077:80",
                "-p",
                "53/udp",
                "--expose",
                "9",
                "--dns",
                "1.1.1.1",
                "--add-host",
                "h:1.2.3.4",
                "--restart",
                "on-failure:3",
                "--stop-timeout",
                "7",
            ],
            &[
                "--network",
                "none",
                "--health-cmd",
                "test a = \"$A\"",
                "--health-interval",
                "1m30s",
                "--entrypoint",
                "",
                "-u",
                "7:7",
                "-w",
                "/x y",
                "--log-driver",
                "local",
                "--log-opt",
                "max-size=1m",
                "--hostname",
                "h",
                "--privileged",
                "--stop-signal",
                "15",
            ],
        ];
        for (index, options) in cases.iter().enumerate() {
            let name = format!("{p}compose-{index}");
            let mut words = vec!["create", "--name", &name];
            words.extend(*options);
            let image = engine.image("cmd");
            words.extend([image.as_str(), "/bin/echo", "$HOME", "a b", "", "yes", "1"]);
            engine.docker(&words);
            let old = engine.inspect(&name);
            let out = tool(engine, &["-o", "compose", &name]);
            assert_eq!(out.warnings(), Vec::<&str>::new());
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("compose.yaml");
            std::fs::write(&file, &out.stdout).unwrap();
            engine.remove(&name);
            compose(engine, &file, &["create", "--no-recreate"])
                .unwrap_or_else(|said| panic!("{said}\n{}", out.stdout));
            let new = engine.inspect(&name);
            // Its own labels and network names, and null where docker's client sends empty lists.
            let [mut old, mut new] = [old, new];
            for container in [&mut old, &mut new] {
                for mount in container["Mounts"].as_array_mut().unwrap() {
                    // Binds of volumes say "z", mounts say nothing.
                    mount["Mode"] = serde_json::json!("");
                }
            }
            let found: Vec<String> = differences(&old, &new)
                .into_iter()
                .filter(|line| {
                    let own = [
                        "/Config/Labels/com.docker.compose",
                        "/Config/Attach",
                        "/Config/StdinOnce",
                        "/HostConfig/NetworkMode",
                        // It turns binds of volumes into mounts; /Mounts is compared.
                        "/HostConfig/Binds",
                        "/HostConfig/Mounts",
                    ];
                    let aliases = line.contains("/Aliases");
                    let empty = ["null", "[]", "{}", "\"ABSENT\"", "\"\"", "false"];
                    let (_, values) = line.split_once(": ").unwrap();
                    let (left, right) = values.split_once(" != ").unwrap();
                    let same = empty.contains(&left) && empty.contains(&right);
                    !(own.iter().any(|at| line.starts_with(at)) || aliases || same)
                })
                .collect();
            engine.remove(&name);
            assert!(
                found.is_empty(),
                "{} {}\n{found:#?}",
                engine.name,
                out.stdout
            );
        }
    }
}

#[test]
fn a_file_of_every_field_with_hostile_strings_is_read_as_it_was() {
    use crate::cases::HOSTILE;
    let mut data = crate::table::everything();
    let words = HOSTILE;
    let env: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| format!("V{at}={word}"))
        .collect();
    let labels: serde_json::Map<String, serde_json::Value> = words
        .iter()
        .enumerate()
        .map(|(at, word)| (format!("l{at}"), serde_json::json!(word)))
        .collect();
    data["Config"]["Env"] = serde_json::json!(env);
    data["Config"]["Labels"] = serde_json::json!(labels);
    data["Config"]["Cmd"] = serde_json::json!(words);
    let text = tool_with_input(&["-o", "compose", "-"], &data.to_string()).ok();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("compose.yaml");
    std::fs::write(&file, &text).unwrap();
    for engine in [trixie(), sid()] {
        let shown = compose(engine, &file, &["config", "--format", "json"])
            .unwrap_or_else(|said| panic!("{}: {said}\n{text}", engine.name));
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let service = &shown["services"]["all"];
        // What it shows is a file again, with the dollars doubled.
        let plain = |value: &serde_json::Value| value.as_str().unwrap().replace("$$", "$");
        let command: Vec<String> = service["command"]
            .as_array()
            .unwrap()
            .iter()
            .map(plain)
            .collect();
        assert_eq!(command, words, "{}", engine.name);
        for (at, word) in words.iter().enumerate() {
            assert_eq!(plain(&service["environment"][format!("V{at}")]), *word);
            assert_eq!(plain(&service["labels"][format!("l{at}")]), *word);
        }
    }
}
