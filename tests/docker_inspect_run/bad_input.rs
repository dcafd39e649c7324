// SPDX-License-Identifier: Apache-2.0

//! Bad input: one clear line, an exit code that is not 0, no panic.

use crate::lab::{Output, command, sid, tool, tool_with_input};

/// One error line that says `what`, nothing on stdout, nothing of the program's inside.
fn refused(out: &Output, code: i32, what: &str) {
    assert_eq!(out.code, Some(code), "{}", out.stderr);
    assert_eq!(out.stdout, "");
    let errors: Vec<&str> = out
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(errors.len(), 1, "{}", out.stderr);
    assert!(errors[0].contains(what), "{}", out.stderr);
    assert!(
        !out.stderr.contains("panicked") && !out.stderr.contains("src/"),
        "{}",
        out.stderr
    );
}

fn host(address: &str) -> Output {
    Output::of(command().args(["--host", address, "web"]).output().unwrap())
}

#[test]
fn what_is_no_container_of_the_engine() {
    let engine = sid();
    refused(
        &tool(engine, &["no-such-container"]),
        1,
        "no-such-container",
    );
    for odd in ["..", "a/b", "a b", "é", "a?x=y", ""] {
        refused(&tool(engine, &[odd]), 1, "No such container");
    }
}

#[test]
fn an_engine_that_cannot_be_reached() {
    refused(&host("unix:///no/such.sock"), 1, "/no/such.sock");
    refused(&host("tcp://127.0.0.1:1"), 1, "does not accept connections");
    refused(&host("ftp://x"), 2, "ftp://x");
    refused(&host("ssh://nobody@127.0.0.1:1"), 1, "ssh");
}

#[test]
fn a_socket_without_permission() {
    // Root may open everything: another user must try.
    let engine = sid();
    let out = std::process::Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(copy_for_everybody())
        .args(["--host", &engine.host(), "web"])
        .output()
        .unwrap();
    refused(&Output::of(out), 1, "no permission");
}

/// The program where another user can run it.
fn copy_for_everybody() -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("inspect-run-{}-program", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let copy = dir.join("docker-inspect-run");
    std::fs::copy(crate::lab::program(), &copy).unwrap();
    copy
}

#[test]
fn something_else_than_an_engine_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            use std::io::{Read as _, Write as _};
            let mut client = client;
            let _ = client.read(&mut [0; 1024]);
            let _ = client.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        }
    });
    refused(
        &host(&format!("tcp://127.0.0.1:{port}")),
        1,
        "is not a docker engine",
    );
}

#[test]
fn text_that_is_no_inspect_output() {
    let engine = sid();
    let whole = engine.docker(&["inspect", &format!("{}other", engine.prefix)]);
    let image = engine.docker(&["image", "inspect", &engine.image("full")]);
    for (input, what) in [
        ("", "not valid JSON"),
        ("no JSON", "not valid JSON"),
        (&whole[..whole.len() / 2], "not valid JSON"),
        ("[]", "not the output of `docker inspect`"),
        ("[{}]", "not the output of `docker inspect`"),
        (
            "{\"Id\": 3, \"Config\": 4, \"HostConfig\": []}",
            "not the output of `docker inspect`",
        ),
        ("42", "not the output of `docker inspect`"),
        (&image, "of an image"),
    ] {
        refused(&tool_with_input(&["-"], input), 1, what);
    }
    let missing = Output::of(
        command()
            .args(["--file", "/no/such.json"])
            .output()
            .unwrap(),
    );
    refused(&missing, 2, "/no/such.json");
    // Odd types inside are no reason to fall over.
    let odd = r#"[{"Id":"a","Name":7,"Config":{"Env":{},"Cmd":"x","Labels":[]},"HostConfig":{"Memory":"x","Binds":[1],"PortBindings":[],"Mounts":[{"BindOptions":3}],"RestartPolicy":[]},"NetworkSettings":{"Networks":[]}}]"#;
    let out = tool_with_input(&["-"], odd);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert!(out.stdout.starts_with("docker run"), "{}", out.stdout);
}

#[test]
fn command_lines_that_make_no_sense() {
    let run = |words: &[&str]| Output::of(command().args(words).output().unwrap());
    for words in [
        &["--set-env", "novalue", "--file", "/dev/null"][..],
        &["--output", "xml", "web"],
        &["--all", "web"],
        &["--recreate", "--all"],
        &["--host", "unix:///x", "--context", "y", "web"],
    ] {
        let out = run(words);
        assert!(matches!(out.code, Some(1 | 2)), "{words:?}: {}", out.stderr);
        assert_eq!(out.stdout, "");
    }
    assert_eq!(run(&["--no-such-option"]).code, Some(2));
    assert_eq!(run(&[]).code, Some(2));
    assert_eq!(run(&["--context", "no-such-context", "web"]).code, Some(2));
    assert_eq!(run(&["--help"]).code, Some(0));
}
