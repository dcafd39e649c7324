// SPDX-License-Identifier: Apache-2.0

//! What one `docker run` cannot say: a script that does it, or a warning that names the field.

use serde_json::json;

use crate::lab::{Engine, differences, run_in_shell, sid, system, tool, trixie};

fn copied(engine: &Engine, name: &str, expected: &[&str]) -> Vec<String> {
    let copy = format!("{name}-copy");
    let out = tool(
        engine,
        &["--create", "--fresh-volumes", "--name", &copy, name],
    );
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    let warnings = out.warnings();
    for field in expected {
        assert!(
            warnings.iter().any(|line| line.contains(field)),
            "{field}: {}",
            out.stderr
        );
    }
    assert_eq!(warnings.len(), expected.len(), "{}", out.stderr);
    let strict = tool(engine, &["--strict", name]);
    assert_eq!(
        strict.code,
        Some(i32::from(!expected.is_empty())),
        "{}",
        strict.stderr
    );
    let ran = run_in_shell(engine, &out.stdout);
    assert_eq!(ran.code, Some(0), "{}\n{}", out.stdout, ran.stderr);
    let [old, new] = [name, copy.as_str()].map(|one| engine.inspect(one));
    let found = differences(&old, &new);
    let _ = engine.try_docker(&["rm", "-f", "-v", name, &copy]);
    found
}

#[test]
fn several_networks_on_an_engine_that_takes_one() {
    let engine = system();
    let name = format!("{}several", engine.prefix);
    let (first, second) = (
        format!("{}net", engine.prefix),
        format!("{}NetC", engine.prefix),
    );
    engine.docker(&[
        "create",
        "--name",
        &name,
        "--network",
        &first,
        "--network-alias",
        "a",
        &engine.image("cmd"),
    ]);
    let ip = format!("{}.88", engine.subnet(&second));
    engine.docker(&[
        "network",
        "connect",
        "--alias",
        "Big",
        "--ip",
        &ip,
        "--link-local-ip",
        "169.254.9.9",
        &second,
        &name,
    ]);
    let text = tool(engine, &[&name]).ok();
    assert!(
        text.contains("docker network connect")
            && text.ends_with(&format!("docker start {name}\n")),
        "{text}"
    );
    assert_eq!(copied(engine, &name, &[]), Vec::<String>::new());
}

#[test]
fn names_that_dockers_client_would_change() {
    for engine in [trixie(), sid()] {
        let name = format!("{}upper", engine.prefix);
        let (first, second) = (
            format!("{}net", engine.prefix),
            format!("{}NetC", engine.prefix),
        );
        engine.docker(&[
            "create",
            "--name",
            &name,
            "--network",
            &first,
            "--network-alias",
            "UPPER",
            &engine.image("cmd"),
        ]);
        engine.docker(&[
            "network",
            "connect",
            "--alias",
            "Big",
            "--driver-opt",
            "K=V",
            &second,
            &name,
        ]);
        assert_eq!(copied(engine, &name, &[]), Vec::<String>::new());
        let net = format!("{}net", engine.prefix);
        let body = json!({"Image": engine.image("cmd"), "HostConfig": {"NetworkMode": net},
            "NetworkingConfig": {"EndpointsConfig": {&net: {"DriverOpts": {"Key": "Value"}, "Aliases": ["Al"]}}}});
        engine
            .post(&format!("/containers/create?name={name}"), &body)
            .unwrap();
        let found = copied(engine, &name, &[]);
        assert!(
            found
                .iter()
                .all(|line| !line.starts_with("/Networks") || line.ends_with("null != {}")),
            "{found:?}"
        );
    }
}

#[test]
fn what_no_command_can_say_is_named() {
    for engine in [system(), trixie(), sid()] {
        let name = format!("{}unsayable", engine.prefix);
        for (field, at, value) in [
            ("Config.Entrypoint", "/Entrypoint", json!(["/bin/sh", "-c"])),
            (
                "Config.Healthcheck",
                "/Healthcheck",
                json!({"Test": ["CMD", "/bin/test", "a b"]}),
            ),
            (
                "HostConfig.DeviceRequests",
                "/HostConfig/DeviceRequests",
                json!([{"Count": 1, "Capabilities": [["gpu"], ["tpu"]]}]),
            ),
            (
                "HostConfig.MaskedPaths",
                "/HostConfig/MaskedPaths",
                json!(["/proc/acpi"]),
            ),
            ("Config.Env", "/Env", json!(["A=b\u{0}c"])),
        ] {
            let mut body = json!({"Image": engine.image("cmd"), "AttachStdout": true, "AttachStderr": true,
                "Entrypoint": null, "Env": null, "Healthcheck": null, "HostConfig": {"DeviceRequests": null, "MaskedPaths": null}});
            *body.pointer_mut(at).unwrap() = value;
            engine
                .post(&format!("/containers/create?name={name}"), &body)
                .unwrap_or_else(|said| panic!("{field}: {said}"));
            let found = copied(engine, &name, &[field]);
            let top = format!("/{}", field.replace('.', "/"));
            let (_, others): (Vec<_>, Vec<_>) =
                found.iter().partition(|line| line.starts_with(&top));
            // Null or nothing where docker's client sends an empty list, and the words behind the entrypoint.
            let others: Vec<_> = others
                .iter()
                .filter(|line| {
                    !line.contains("null")
                        && !line.contains("/Config/Cmd")
                        && !line.contains("-1")
                        && !line.ends_with("\"\" != \"no\"")
                })
                .collect();
            assert!(others.is_empty(), "{}: {others:?}", engine.name);
        }
    }
}

#[test]
fn running_containers_too() {
    for engine in [system(), trixie(), sid()] {
        let net = format!("{}net", engine.prefix);
        let address = format!("{}.55", engine.subnet(&net));
        let cases: [&[&str]; 6] = [
            &[
                "-d",
                "--network",
                &net,
                "--network-alias",
                "x",
                "--ip",
                &address,
            ],
            &[
                "-d",
                "-i",
                "-t",
                "--network",
                "none",
                "--read-only",
                "--tmpfs",
                "/t",
            ],
            &["-d", "--network", "host"],
            // Both are the client's own and leave no trace.
            &[
                "-d",
                "--sig-proxy=false",
                "--detach-keys",
                "ctrl-x,x",
                "--network",
                "none",
            ],
            &["-d", "--network", "none", "--privileged", "--pid", "host"],
            &[
                "-d",
                "-p",
                "18765:80",
                "-P",
                "--mac-address",
                "02:11:22:33:44:88",
                "--network",
                &net,
            ],
        ];
        for (index, options) in cases.iter().enumerate() {
            let name = format!("{}running-{index}", engine.prefix);
            let mut words = vec!["run", "--name", &name];
            words.extend(*options);
            let image = engine.image("service");
            words.push(&image);
            if let Err(said) = engine.try_docker(&words) {
                // Machines without CAP_SYS_RESOURCE run no privileged container on their own engine.
                assert!(
                    said.contains("unable to apply caps") && engine.daemon.is_none(),
                    "{said}"
                );
                engine.remove(&name);
                continue;
            }
            let old = engine.inspect(&name);
            let out = tool(engine, &["--fresh-volumes", "--strict", &name]);
            assert_eq!(out.code, Some(0), "{}", out.stderr);
            engine.remove(&name);
            let ran = run_in_shell(engine, &out.stdout);
            assert_eq!(ran.code, Some(0), "{}\n{}", out.stdout, ran.stderr);
            let new = engine.inspect(&name);
            assert_eq!(
                differences(&old, &new),
                Vec::<String>::new(),
                "{} {}",
                engine.name,
                out.stdout
            );
            engine.remove(&name);
        }
    }
}

#[test]
fn what_only_the_client_knows_is_said_or_given_as_what_it_made() {
    let engine = sid();
    let image = engine.image("cmd");
    let name = format!("{}cidfile", engine.prefix);
    let file = engine.files.dir.join("cid").display().to_string();
    engine.docker(&["create", "--name", &name, "--cidfile", &file, &image]);
    let out = tool(engine, &["--strict", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert!(
        out.stderr.contains("HostConfig.ContainerIDFile"),
        "{}",
        out.stderr
    );
    assert!(!out.stdout.contains("--cidfile"), "{}", out.stdout);
    assert_eq!(
        copied(engine, &name, &[]),
        [format!("/HostConfig/ContainerIDFile: {file:?} != \"\"")]
    );
    // The socket of the engine, mounted: printed as that mount.
    let name = format!("{}socket", engine.prefix);
    engine.docker(&["create", "--name", &name, "--use-api-socket", &image]);
    assert!(tool(engine, &[&name]).ok().contains("--mount"));
    // It sends empty options where --mount sends none.
    let found = copied(engine, &name, &[]);
    let [line] = found.as_slice() else {
        panic!("{found:?}")
    };
    let without = line.replace(",\"BindOptions\":{}", "");
    let (old, new) = without.split_once(" != ").unwrap();
    assert_eq!(old, format!("/HostConfig/Mounts: {new}"));
}
