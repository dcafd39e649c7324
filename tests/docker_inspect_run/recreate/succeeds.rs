// SPDX-License-Identifier: Apache-2.0

//! The new one takes the old one's place.

use serde_json::json;

use super::service::{GO, assert_as_before, assert_made_anew, go, names, service, starts};
use crate::lab::{differences, podman, sid, system, tool, trixie};

#[test]
fn it_takes_the_old_ones_place_on_every_engine() {
    for engine in [system(), trixie(), sid()] {
        let name = service(engine, "plain", &["--restart", "always", "-e", "A=$x"]);
        let old = engine.inspect(&name);
        let out = go(engine, &name);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        assert_eq!(out.stdout, format!("container/{name} recreated\n"));
        let new = engine.inspect(&name);
        assert_ne!(new["Id"], old["Id"]);
        // All is the same but the argument and how the volume is named.
        let found = differences(&old, &new);
        let unexpected: Vec<_> = found
            .iter()
            .filter(|line| {
                !["/Config/Cmd", "/Args", "/HostConfig/Binds", "/Mounts"]
                    .iter()
                    .any(|at| line.starts_with(at))
            })
            .collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
        assert_made_anew(engine, &name, "always", 1);
        engine.remove(&name);
    }
}

#[test]
fn it_does_so_behind_podmans_socket_too() {
    let engine = podman();
    let name = service(engine, "plain", &["-e", "A=$x"]);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_made_anew(engine, &name, "no", 1);
    let before = engine.inspect(&name);
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
    assert_as_before(engine, &name, &before);
    engine.remove(&name);
}

#[test]
fn networks_aliases_and_addresses_survive() {
    for engine in [system(), sid()] {
        let (net, other) = (
            format!("{}net", engine.prefix),
            format!("{}netb", engine.prefix),
        );
        let name = format!("{}networks", engine.prefix);
        let ip = format!("{}.99", engine.subnet(&net));
        let image = engine.image("service");
        engine.docker(&[
            "create",
            "--name",
            &name,
            "--network",
            &net,
            "--network-alias",
            "one",
            "--ip",
            &ip,
            &image,
            "--mode=one",
        ]);
        engine.docker(&["network", "connect", "--alias", "Two", &other, &name]);
        engine.docker(&["start", &name]);
        let out = go(engine, &name);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        let networks = engine.inspect(&name)["NetworkSettings"]["Networks"].clone();
        assert_eq!(networks[&net]["IPAddress"], json!(ip));
        let has = |net: &str, alias: &str| {
            networks[net]["Aliases"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one == alias)
        };
        assert!(has(&net, "one") && has(&other, "Two"), "{networks}");
        for one in names(engine, &name) {
            engine.remove(&one);
        }
    }
}

#[test]
fn the_image_may_have_lost_its_name() {
    let engine = trixie();
    let tag = format!("{}moved:1", engine.prefix);
    engine.docker(&["tag", &engine.image("service"), &tag]);
    let name = format!("{}moved", engine.prefix);
    engine.docker(&[
        "run",
        "-d",
        "--network",
        "none",
        "--name",
        &name,
        &tag,
        "--mode=one",
    ]);
    let image = engine.inspect(&name)["Image"].clone();
    engine.docker(&["tag", &engine.image("cmd"), &tag]);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert!(
        out.stderr
            .contains("is not this container's image any more"),
        "{}",
        out.stderr
    );
    assert_eq!(engine.inspect(&name)["Image"], image);
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&name);
}

#[test]
fn the_old_one_goes_when_asked() {
    let engine = trixie();
    let name = service(engine, "cleaned", &[]);
    let out = tool(engine, &[&GO[..], &["--remove-old", &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name), [name.as_str()]);
    assert_eq!(starts(engine, &name), 2);
    let out = tool(engine, &["--recreate", "--yes", "--stay-up", "1", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name).len(), 2);
    let out = tool(engine, &["--remove-old", "--yes", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name), [name.as_str()]);
    assert_eq!(starts(engine, &name), 3);
    engine.remove(&name);
}
