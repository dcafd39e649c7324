// SPDX-License-Identifier: Apache-2.0

//! Changes on the way, comparison, redaction, saved files.

use crate::lab::{Engine, run_in_shell, sid, system, tool, tool_with_input};

/// A member of a cluster as people start it.
fn etcd(engine: &Engine, name: &str) -> String {
    let name = format!("{}{name}", engine.prefix);
    engine.docker(&[
        "create",
        "--name",
        &name,
        "-e",
        "ETCD_INITIAL_CLUSTER_STATE=new",
        "-e",
        "DB_PASSWORD=hunter2",
        "-l",
        "app=etcd",
        "-v",
        "/anon",
        &engine.image("plain"),
        "/bin/etcd",
        "--name",
        "n1",
        "--initial-cluster-state=new",
        "--data-dir",
        "/data",
        "--enable-v2",
    ]);
    name
}

#[test]
fn one_argument_is_changed_and_said() {
    for engine in [system(), sid()] {
        let name = etcd(engine, "change");
        let copy = format!("{name}-copy");
        let out = tool(
            engine,
            &[
                "--create",
                "--name",
                &copy,
                "--set-arg",
                "initial-cluster-state=existing",
                "--set-arg",
                "--data-dir=/other",
                "--unset-arg",
                "enable-v2",
                "--set-env",
                "NEW=a b",
                "--set-label",
                "app=two",
                "--image",
                &engine.image("cmd"),
                &name,
            ],
        );
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        for said in [
            "--initial-cluster-state=new -> --initial-cluster-state=existing",
            "ETCD_INITIAL_CLUSTER_STATE=new -> ETCD_INITIAL_CLUSTER_STATE=existing",
            "--data-dir /data -> --data-dir /other",
            "removed --enable-v2",
            "added NEW=a b",
            "app=etcd -> app=two",
        ] {
            assert!(out.stderr.contains(said), "{said}\n{}", out.stderr);
        }
        let ran = run_in_shell(engine, &out.stdout);
        assert_eq!(ran.code, Some(0), "{}\n{}", out.stdout, ran.stderr);
        let config = engine.inspect(&copy)["Config"].clone();
        assert_eq!(
            config["Cmd"],
            serde_json::json!([
                "/bin/etcd",
                "--name",
                "n1",
                "--initial-cluster-state=existing",
                "--data-dir",
                "/other"
            ])
        );
        let env = config["Env"].to_string();
        assert!(
            env.contains("STATE=existing") && env.contains("NEW=a b"),
            "{env}"
        );
        assert_eq!(config["Labels"]["app"], "two");
        assert_eq!(config["Image"], engine.image("cmd"));
        // The new image's own default is there, not the old one's.
        assert!(env.contains("PATH=/bin\""), "{env}");

        let diff = tool(engine, &["--diff", &copy, &name]).ok();
        for field in [
            "Config.Cmd: ",
            "Config.Env[NEW]: (absent) -> \"a b\"",
            "Config.Labels[app]: \"etcd\" -> \"two\"",
            "Image: ",
        ] {
            assert!(diff.contains(field), "{field}\n{diff}");
        }
        assert!(!diff.contains("HostConfig.Memory"), "{diff}");
        let same = tool(engine, &["--diff", &name, &name]);
        assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
        let own = tool(engine, &[&name, "--set-env", "A=1", "--diff"]).ok();
        assert!(
            own.contains("Config.Env[A]: (absent) -> \"1\"") && own.contains("Mounts[/anon]"),
            "{own}"
        );
        let _ = engine.try_docker(&["rm", "-v", &name, &copy]);
    }
}

#[test]
fn a_change_that_matches_nothing_is_an_error() {
    let engine = sid();
    let name = etcd(engine, "nomatch");
    for change in [
        ["--set-arg", "no-such=1"],
        ["--unset-arg", "no-such"],
        ["--unset-env", "NO_SUCH"],
    ] {
        let out = tool(engine, &[&change[..], &[&name]].concat());
        assert_eq!(
            (out.code, out.stdout.as_str()),
            (Some(1), ""),
            "{}",
            out.stderr
        );
        assert!(out.stderr.contains("nothing to change"), "{}", out.stderr);
    }
    engine.remove(&name);
}

#[test]
fn secrets_are_masked_in_every_format() {
    let engine = sid();
    let name = etcd(engine, "secret");
    for format in ["shell", "argv", "compose", "json"] {
        let out = tool(engine, &["--redact", "-o", format, &name]);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        assert!(
            !out.stdout.contains("hunter2") && !out.stderr.contains("hunter2"),
            "{}",
            out.stdout
        );
        assert!(out.stdout.contains("REDACTED"), "{}", out.stdout);
        assert!(out.stderr.contains("1 value is redacted"), "{}", out.stderr);
    }
    engine.remove(&name);
}

#[test]
fn what_is_said_beside_the_command_shows_no_secret_either() {
    let engine = sid();
    let (name, other) = (etcd(engine, "aside"), etcd(engine, "aside-other"));
    let out = tool(engine, &["--set-env", "DB_PASSWORD=swordfish", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert!(
        out.stderr
            .contains("DB_PASSWORD=REDACTED -> DB_PASSWORD=REDACTED"),
        "{}",
        out.stderr
    );
    assert!(out.stdout.contains("swordfish"), "{}", out.stdout);
    let words = [
        "--redact",
        "--set-env",
        "DB_PASSWORD=swordfish",
        "--diff",
        &other,
        &name,
    ];
    let out = tool(engine, &words);
    assert!(
        out.stdout
            .contains("Config.Env[DB_PASSWORD]: \"REDACTED\" -> \"REDACTED\""),
        "{}",
        out.stdout
    );
    for text in [&out.stdout, &out.stderr] {
        assert!(
            !text.contains("hunter2") && !text.contains("swordfish"),
            "{text}"
        );
    }
    for one in [&name, &other] {
        engine.remove(one);
    }
}

#[test]
fn two_containers_of_one_file_are_compared() {
    let engine = sid();
    let (name, other) = (etcd(engine, "left"), format!("{}other", engine.prefix));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("both.json");
    let both = engine.docker(&["inspect", &name, &other, &engine.image("plain")]);
    // As some shells write it.
    std::fs::write(&file, format!("\u{feff}{both}")).unwrap();
    let file = file.to_str().unwrap();
    let saved = tool_with_input(&["--file", file, &name, "--diff", &other], "").ok();
    assert_eq!(saved, tool(engine, &[&name, "--diff", &other]).ok());
    // The image beside them is taken too.
    let out = tool_with_input(&["--file", file, &name], "");
    assert_eq!(out.warnings(), Vec::<&str>::new());
    engine.remove(&name);
}

#[test]
fn anonymous_volumes_keep_their_data_unless_fresh() {
    let engine = sid();
    let name = etcd(engine, "volume");
    let volume = engine.inspect(&name)["Mounts"][0]["Name"]
        .as_str()
        .unwrap()
        .to_owned();
    let kept = tool(engine, &[&name]).ok();
    assert!(kept.contains(&format!("--volume {volume}:/anon")), "{kept}");
    let fresh = tool(engine, &["--fresh-volumes", &name]).ok();
    assert!(
        !fresh.contains(&volume) && fresh.contains("--volume /anon"),
        "{fresh}"
    );
    engine.remove(&name);
}

#[test]
fn a_bundle_from_a_node_gives_the_same_command() {
    for engine in [system(), sid()] {
        let name = format!("{}bundle", engine.prefix);
        engine.docker(&[
            "create",
            "--name",
            &name,
            "-e",
            "A=$x",
            "-m",
            "64m",
            "--network",
            &format!("{}net", engine.prefix),
            &engine.image("full"),
            "sleep",
            "5",
        ]);
        let asked = tool(engine, &["--fresh-volumes", &name]).ok();
        let dir = tempfile::tempdir().unwrap();
        let (container, image) = (dir.path().join("c.json"), dir.path().join("i.json"));
        std::fs::write(&container, engine.docker(&["inspect", &name])).unwrap();
        std::fs::write(
            &image,
            engine.docker(&["image", "inspect", &engine.image("full")]),
        )
        .unwrap();
        let image = image.to_str().unwrap();
        let saved = tool_with_input(
            &[
                "--fresh-volumes",
                "--file",
                container.to_str().unwrap(),
                "--image-file",
                image,
            ],
            "",
        );
        // Only the engine's own defaults are unknown to a file.
        let without = |text: &str| {
            let lines = text.lines().filter(|line| {
                !["--runtime", "--cgroupns"]
                    .iter()
                    .any(|word| line.contains(word))
            });
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(without(&saved.ok()), without(&asked));
        let alone = tool_with_input(&["-"], &std::fs::read_to_string(&container).unwrap());
        assert!(
            alone
                .warnings()
                .iter()
                .any(|line| line.contains("--image-file")),
            "{}",
            alone.stderr
        );
        engine.remove(&name);
    }
}

#[test]
fn all_containers_at_once() {
    let engine = sid();
    let name = etcd(engine, "all");
    let shell = tool(engine, &["--all", "--oneline"]).ok();
    assert!(
        shell
            .lines()
            .any(|line| line.contains(&format!("--name {name} "))),
        "{shell}"
    );
    let argv = tool(engine, &["--all", "-o", "argv"]).ok();
    let list: Vec<Vec<String>> = serde_json::from_str(&argv).unwrap();
    assert!(list.iter().any(|words| words.contains(&name)));
    engine.remove(&name);
}
