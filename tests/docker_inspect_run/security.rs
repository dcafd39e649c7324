// SPDX-License-Identifier: Apache-2.0

//! What stands in metadata never runs.

use serde_json::{Value, json};

use crate::lab::{run_in_shell, sid, system, tool, tool_with_input};

/// Each would make the file if a shell took it for code.
fn attacks(mark: &str) -> Vec<String> {
    [
        "$(touch %)",
        "`touch %`",
        "'; touch %; '",
        "\"; touch %; \"",
        "\ntouch %\n",
        "&& touch % &&",
        "| touch %",
        "\\'; touch %; \\'",
        "$'\\x27; touch %; $'",
        "');touch %;('",
        "\r\ntouch %\r\n",
        "'\"$(touch %)\"'",
        "<(touch %)",
        "${x:-$(touch %)}",
        "x; touch %",
        "\\\ntouch %\n",
    ]
    .iter()
    .map(|text| text.replace('%', mark))
    .collect()
}

/// Every string in the data, keys too, replaced.
fn poison(value: &mut Value, attacks: &[String], turn: &mut usize) {
    match value {
        Value::String(text) => {
            *text = format!("{text}{}", attacks[*turn % attacks.len()]);
            *turn += 1;
        }
        Value::Array(list) => list.iter_mut().for_each(|one| poison(one, attacks, turn)),
        Value::Object(map) => map.values_mut().for_each(|one| poison(one, attacks, turn)),
        _ => {}
    }
}

#[test]
fn no_string_of_a_saved_file_runs() {
    let engine = sid();
    let mark = engine.files.dir.join("ran-from-file");
    let attacks = attacks(&mark.display().to_string());
    let mut data = crate::table::everything();
    // Maps whose keys come from users.
    for attack in &attacks {
        for (map, value) in [
            ("/Config/Labels", json!(attack)),
            ("/HostConfig/Sysctls", json!(attack)),
            ("/HostConfig/Tmpfs", json!(attack)),
            ("/HostConfig/LogConfig/Config", json!(attack)),
            ("/Config/Volumes", json!({})),
            ("/Config/ExposedPorts", json!({})),
            (
                "/HostConfig/PortBindings",
                json!([{"HostIp": attack, "HostPort": attack}]),
            ),
            ("/HostConfig/StorageOpt", json!(attack)),
            ("/HostConfig/Annotations", json!(attack)),
        ] {
            let map = data.pointer_mut(map).unwrap().as_object_mut().unwrap();
            map.insert(attack.clone(), value);
        }
    }
    for turn in 0..attacks.len() {
        let mut poisoned = data.clone();
        let mut turn = turn;
        for part in [
            "/Config",
            "/HostConfig",
            "/NetworkSettings",
            "/Name",
            "/Image",
        ] {
            poison(poisoned.pointer_mut(part).unwrap(), &attacks, &mut turn);
        }
        for style in [
            &["-"][..],
            &["-", "--oneline"],
            &["-", "--create"],
            &["-", "--redact"],
            &["-", "--redact", "--oneline"],
        ] {
            let text = tool_with_input(style, &poisoned.to_string()).ok();
            // The engine may refuse all of it; only that nothing runs counts.
            run_in_shell(engine, &format!("docker() {{ :; }}\n{text}"));
            assert!(!mark.exists(), "{text}");
        }
    }
}

#[test]
fn no_string_that_an_engine_took_runs() {
    for engine in [system(), sid()] {
        let mark = engine.files.dir.join("ran-from-engine");
        for (index, attack) in attacks(&mark.display().to_string()).iter().enumerate() {
            let body = json!({
                "Image": engine.image("plain"),
                "User": attack, "WorkingDir": format!("/{attack}"), "Domainname": attack,
                "Env": [format!("A={attack}"), attack], "Labels": {"k": attack},
                "Cmd": ["/bin/echo", attack], "Entrypoint": [attack],
                "Healthcheck": {"Test": ["CMD-SHELL", attack]},
                "HostConfig": {
                    "CgroupParent": format!("/{attack}"), "GroupAdd": [attack],
                    "Binds": [format!("{}:/b{}", engine.files.dir.join("bind").display(), attack.replace(':', ""))],
                    "DnsOptions": [attack], "Tmpfs": {"/t": attack},
                    "LogConfig": {"Type": "json-file", "Config": {"tag": attack}},
                },
            });
            let name = format!("{}attack-{index}", engine.prefix);
            let made = engine.post(&format!("/containers/create?name={name}"), &body);
            made.unwrap_or_else(|said| panic!("{} {attack:?}: {said}", engine.name));
            let copy = format!("{name}-copy");
            let out = tool(engine, &["--create", "--name", &copy, &name]);
            assert_eq!(out.code, Some(0), "{}", out.stderr);
            let ran = run_in_shell(engine, &out.stdout);
            assert!(!mark.exists(), "{}", out.stdout);
            // The copy has the strings as they are.
            assert_eq!(ran.code, Some(0), "{}\n{}", out.stdout, ran.stderr);
            let [old, new] = [&name, &copy].map(|one| engine.inspect(one));
            assert_eq!(old["Config"]["Labels"], new["Config"]["Labels"]);
            assert_eq!(old["Config"]["Healthcheck"], new["Config"]["Healthcheck"]);
            let _ = engine.try_docker(&["rm", "-f", "-v", &name, &copy]);
        }
    }
}

#[test]
fn a_terminal_gets_no_escape_sequences() {
    let engine = sid();
    let name = format!("{}escape", engine.prefix);
    let odd = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}x";
    engine.docker(&[
        "create",
        "--name",
        &name,
        "-e",
        &format!("A={odd}"),
        "-l",
        &format!("k={odd}"),
        &engine.image("plain"),
        odd,
    ]);
    for format in ["shell", "argv", "compose", "json"] {
        let out = tool(engine, &["--output", format, "--set-env", "A=1", &name]);
        let bad = |text: &str| {
            text.chars()
                .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}')
        };
        assert!(!bad(&out.stdout), "{format}: {:?}", out.stdout);
        assert!(!bad(&out.stderr), "{format}: {:?}", out.stderr);
    }
    engine.remove(&name);
}
