// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use super::containers::Containers;
use crate::replace::world::{NodeWords, Obstacle};

/// How a person does things to a container.
pub fn words(container: &str) -> NodeWords {
    NodeWords {
        process: "container".to_owned(),
        change_image: format!("docker-inspect-run --recreate {container} --image IMAGE"),
        unfreeze: format!("docker unpause {container}"),
        missing: "`rke up` for RKE, the `recover-control-plane.yml` playbook for kubespray"
            .to_owned(),
    }
}

/// What the containers themselves forbid.
pub fn obstacles(containers: &Containers, place: &str) -> Vec<Obstacle> {
    let mut found = Vec::new();
    let mut add = |refusal: &str, sentence: String, remedy: &str| {
        found.push(Obstacle {
            refusal: refusal.to_owned(),
            sentence,
            remedy: remedy.to_owned(),
        });
    };
    let Some(template) = containers.template() else {
        return found;
    };
    if template["HostConfig"]["AutoRemove"].as_bool() == Some(true) {
        add(
            "auto-remove",
            format!("{place} was made with `--rm`: stopping it would delete it"),
            "make it again without `--rm` first (docker-inspect-run --recreate keeps its volumes)",
        );
    }
    if !containers.referring.is_empty() {
        add(
            "referring-containers",
            format!("{place} is used by {}", containers.referring.join(", ")),
            "stop them, and make them again after the replacement",
        );
    }
    if let Err(error) =
        super::definition::request(template, &crate::replace::node::NewStart::default())
    {
        add(
            "config-file",
            format!("{place}: {error}"),
            "make it again with etcd's flags as words of their own first (docker-inspect-run prints the command)",
        );
    }
    found
}

/// The program that is etcd in this container.
pub fn etcd_program(inspect: &Value) -> String {
    let is_etcd = |word: &str| word.rsplit('/').next() == Some("etcd");
    let path = inspect["Path"].as_str().unwrap_or_default();
    if is_etcd(path) {
        return path.to_owned();
    }
    let words = inspect["Args"].as_array().into_iter().flatten();
    words
        .filter_map(Value::as_str)
        .find(|word| is_etcd(word))
        .unwrap_or("etcd")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_behind_an_entrypoint_script() {
        let case = |path: &str, args: &[&str]| {
            etcd_program(&serde_json::json!({ "Path": path, "Args": args }))
        };
        assert_eq!(
            case("/usr/local/bin/etcd", &["--name=a"]),
            "/usr/local/bin/etcd"
        );
        assert_eq!(case("/entry.sh", &["/opt/etcd", "--name"]), "/opt/etcd");
        assert_eq!(case("/entry.sh", &[]), "etcd");
    }
}
