// SPDX-License-Identifier: Apache-2.0

//! What fails leaves the old one, or brings it back.

use std::time::Duration;

use super::service::{GO, assert_as_before, assert_made_anew, go, names, service, starts, words};
use super::steps::through;
use crate::lab::{Output, Proxy, When, sid, tool};

#[test]
fn what_cannot_be_made_leaves_the_running_one_untouched() {
    let engine = sid();
    let name = service(engine, "untouched", &["--restart", "unless-stopped"]);
    let before = engine.inspect(&name);
    let out = tool(
        engine,
        &["--recreate", "--yes", "--image", "no-such-image:1", &name],
    );
    assert_eq!(out.code, Some(1));
    assert!(
        out.stderr.contains("No such image") && out.stderr.contains("as it was before"),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    // It was not even restarted.
    assert_eq!(
        engine.inspect(&name)["State"]["StartedAt"],
        before["State"]["StartedAt"]
    );

    // Nobody is there to ask.
    let out = tool(engine, &["--recreate", "--set-arg", "mode=two", &name]);
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    let out = tool(
        engine,
        &["--recreate", "--yes", "--set-arg", "none=such", &name],
    );
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert_eq!(
        engine.inspect(&name)["State"]["StartedAt"],
        before["State"]["StartedAt"]
    );
    engine.remove(&name);
}

#[test]
fn a_new_one_that_does_not_come_up_gives_way_to_the_old_one() {
    let engine = sid();
    let health = [
        "--health-cmd",
        "test \"$KIND\" != bad",
        "--health-interval",
        "200ms",
        "--health-retries",
        "2",
    ];
    for (case, change, said) in [
        ("crash", ["--set-arg", "mode=fail"], "exit code 7"),
        ("late", ["--set-arg", "mode=slowfail"], "exit code 8"),
        ("sick", ["--set-env", "KIND=bad"], "unhealthy"),
    ] {
        let options: &[&str] = if case == "sick" {
            &health
        } else {
            &["--restart", "always"]
        };
        let name = service(engine, case, options);
        let before = engine.inspect(&name);
        let mut words = vec!["--recreate", "--yes", "--stay-up", "4"];
        words.extend(change);
        words.push(&name);
        let out = tool(engine, &words);
        assert_eq!(out.code, Some(1), "{}", out.stderr);
        assert!(out.stderr.contains(said), "{}", out.stderr);
        assert_as_before(engine, &name, &before);
        assert_eq!(
            starts(engine, &name),
            if case == "sick" { 3 } else { 2 }.max(2)
        );
        engine.remove(&name);
    }
}

#[test]
fn a_taken_port_brings_the_old_one_back() {
    let engine = sid();
    let name = format!("{}port", engine.prefix);
    let thief = format!("{}thief", engine.prefix);
    engine.docker(&[
        "run",
        "-d",
        "--name",
        &name,
        "-p",
        "8099:80",
        &engine.image("service"),
        "--mode=one",
    ]);
    engine.docker(&[
        "create",
        "--name",
        &thief,
        "-p",
        "8099:80",
        &engine.image("cmd"),
    ]);
    let before = engine.inspect(&name);
    // create, rename, stop, rename: the next call starts the new one.
    let client = engine.client_dir.join("docker");
    let host = engine.host();
    let stolen = thief.clone();
    let proxy = Proxy::start(&engine.socket, 4, When::Before, move || {
        let docker = |words: &[&str]| {
            std::process::Command::new(&client)
                .args(["-H", &host])
                .args(words)
                .output()
                .unwrap()
        };
        assert!(docker(&["start", &stolen]).status.success());
        let (client, host, stolen) = (client.clone(), host.clone(), stolen.clone());
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(3));
            std::process::Command::new(client)
                .args(["-H", &host, "rm", "-f", &stolen])
                .output()
        });
        true
    });
    let out = through(&proxy, &name)
        .wait_with_output()
        .map(Output::of)
        .unwrap();
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert!(
        out.stderr.contains("port is already allocated"),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    engine.remove(&name);
}

#[test]
fn containers_that_refer_to_it_are_named_and_refused() {
    let engine = sid();
    let name = service(engine, "referred", &[]);
    let user = format!("{}user", engine.prefix);
    engine.docker(&[
        "create",
        "--name",
        &user,
        "--network",
        &format!("container:{name}"),
        &engine.image("cmd"),
    ]);
    let before = engine.inspect(&name);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    assert!(
        out.stderr.contains(&format!("{user} (network)")),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    let out = tool(engine, &[&GO[..], &["--allow-references", &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&user);
    engine.remove(&name);
}

#[test]
fn a_vanishing_container_is_held_and_brought_back() {
    let engine = sid();
    let name = service(engine, "vanishing", &["--rm"]);
    let out = tool(
        engine,
        &[
            "--recreate",
            "--yes",
            "--stay-up",
            "1",
            "--set-arg",
            "mode=fail",
            &name,
        ],
    );
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert!(out.stderr.contains("made with --rm"), "{}", out.stderr);
    let back = engine.inspect(&name);
    assert_eq!(back["HostConfig"]["AutoRemove"], true);
    assert_eq!(words(&back), ["--mode=one"]);
    assert_eq!(starts(engine, &name), 2, "its data is gone");
    assert_eq!(names(engine, &name), [name.as_str()]);

    let out = go(engine, &name);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(engine.inspect(&name)["HostConfig"]["AutoRemove"], true);
    assert_made_anew(engine, &name, "no", 2);
    engine.remove(&name);
}

#[test]
fn an_image_that_is_gone_ends_it_with_nothing_touched() {
    let engine = sid();
    let name = format!("{}imageless", engine.prefix);
    let image = format!("{}gone:1", engine.prefix);
    let maker = service(engine, "maker", &[]);
    engine.docker(&["commit", &maker, &image]);
    engine.remove(&maker);
    engine.docker(&["create", "--name", &name, &image, "--mode=one"]);
    let id = engine.inspect(&name)["Image"].as_str().unwrap().to_owned();
    engine.docker(&["rmi", "--force", &image]);
    assert!(engine.try_docker(&["image", "inspect", &id]).is_err());
    let before = engine.inspect(&name);
    let printed = tool(engine, &[&name]);
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(
        printed.stderr.contains("the image is gone"),
        "{}",
        printed.stderr
    );
    let out = go(engine, &name);
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert!(
        out.stderr.contains("No such image") && out.stderr.contains("as it was before"),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    engine.remove(&name);
}

#[test]
fn a_new_name_that_is_taken_is_seen_before_anything_is_touched() {
    let engine = sid();
    let name = service(engine, "renamed", &[]);
    let other = format!("{}other", engine.prefix);
    let before = engine.inspect(&name);
    let out = tool(engine, &[&GO[..], &["--name", &other, &name]].concat());
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    assert!(out.stderr.contains("is there already"), "{}", out.stderr);
    assert_as_before(engine, &name, &before);
    assert_eq!(starts(engine, &name), 1);
    let new = format!("{name}-new");
    let out = tool(engine, &[&GO[..], &["--name", &new, &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(starts(engine, &new), 2);
    for one in names(engine, &name) {
        engine.remove(&one);
    }
}
