// SPDX-License-Identifier: Apache-2.0

//! The service that is made anew, and what must be true of it.

use serde_json::Value;

use crate::lab::{Engine, Output, tool};

/// A running service with data in an anonymous volume.
pub(super) fn service(engine: &Engine, name: &str, options: &[&str]) -> String {
    let name = format!("{}{name}", engine.prefix);
    let mut words = vec!["run", "-d", "--name", &name, "--network", "none"];
    words.extend(options);
    let image = engine.image("service");
    words.extend([image.as_str(), "--mode=one"]);
    engine.docker(&words);
    name
}

/// How often the service has been started on its data so far.
pub(super) fn starts(engine: &Engine, name: &str) -> usize {
    engine
        .docker(&["exec", name, "cat", "/data/starts"])
        .lines()
        .count()
}

pub(super) fn running(engine: &Engine, name: &str) -> bool {
    engine
        .try_docker(&["inspect", "-f", "{{.State.Running}}", name])
        .as_deref()
        == Ok("true")
}

pub(super) fn words(container: &Value) -> Vec<&str> {
    container["Config"]["Cmd"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// Names that begin with `name`, sorted.
pub(super) fn names(engine: &Engine, name: &str) -> Vec<String> {
    let filter = format!("name=^/?{name}");
    let text = engine.docker(&["ps", "-a", "--format", "{{.Names}}", "--filter", &filter]);
    let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
    names.sort();
    names
}

pub(super) const GO: [&str; 6] = [
    "--recreate",
    "--yes",
    "--stay-up",
    "1",
    "--set-arg",
    "mode=two",
];

pub(super) fn go(engine: &Engine, name: &str) -> Output {
    tool(engine, &[&GO[..], &[name]].concat())
}

/// The new one runs with the change and the old data, nothing but the kept old one is left.
pub(super) fn assert_made_anew(engine: &Engine, name: &str, policy: &str, before: usize) {
    let container = engine.inspect(name);
    assert!(running(engine, name));
    assert_eq!(words(&container), ["--mode=two"]);
    assert_eq!(container["HostConfig"]["RestartPolicy"]["Name"], policy);
    assert!(starts(engine, name) > before, "the data is another one");
    let names = names(engine, name);
    assert!(
        names
            .iter()
            .all(|one| one == name || one.contains("-before-")),
        "{names:?}"
    );
    for old in names.iter().filter(|one| *one != name) {
        assert!(old.ends_with('Z'), "{old} is still in flight");
        assert!(!running(engine, old));
        assert_eq!(
            engine.inspect(old)["HostConfig"]["RestartPolicy"]["Name"],
            "no"
        );
        engine.remove(old);
    }
}

/// Everything is as it was before.
pub(super) fn assert_as_before(engine: &Engine, name: &str, before: &Value) {
    let now = engine.inspect(name);
    assert_eq!(now["Id"], before["Id"]);
    assert_eq!(
        now["HostConfig"]["RestartPolicy"],
        before["HostConfig"]["RestartPolicy"]
    );
    assert_eq!(now["State"]["Running"], before["State"]["Running"]);
    assert_eq!(names(engine, name), [name]);
}
