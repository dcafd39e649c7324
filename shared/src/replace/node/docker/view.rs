use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::containers::Containers;
use super::definition::{FORBIDDEN, is_set};
use crate::model::{EtcdConfig, ProcessObservation, ProcessState};
use crate::replace::world::{NodeWords, Obstacle, RuntimeState};

/// Restarts as recent as this speak for a loop even while the process runs for a moment: a long
/// walk over the database comes before each panic.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

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

/// What the process does by the engine's word.
pub fn runtime(process: &ProcessObservation, now: Timestamp) -> RuntimeState {
    match process.state {
        ProcessState::Restarting => RuntimeState::CrashLooping,
        ProcessState::Paused => RuntimeState::Paused,
        ProcessState::Exited | ProcessState::Created => RuntimeState::Stopped,
        ProcessState::Running | ProcessState::Unknown => {
            let lately = process
                .finished_at
                .is_some_and(|at| now.duration_since(at) < WINDOW);
            if process.restart_count.unwrap_or(0) >= 2 && lately {
                RuntimeState::CrashLooping
            } else {
                RuntimeState::Running
            }
        }
    }
}

/// Evidence for the state, for a person.
pub fn runtime_text(process: &ProcessObservation) -> String {
    let mut text = process.state_text.clone();
    if let Some(count) = process.restart_count.filter(|count| *count > 0) {
        text.push_str(&format!(", restarted {count} times"));
    }
    if process.oom_killed {
        text.push_str(", killed for lack of memory");
    }
    if let Some(error) = &process.error {
        text.push_str(&format!(", {error}"));
    }
    text
}

/// What is set and must never come along.
pub fn forbidden(config: &EtcdConfig) -> Vec<String> {
    FORBIDDEN
        .iter()
        .filter(|flag| is_set(&config.flags, flag))
        .map(|flag| (*flag).to_owned())
        .collect()
}

/// What the containers themselves forbid.
pub fn obstacles(containers: &Containers, config: &EtcdConfig, place: &str) -> Vec<Obstacle> {
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
    if let Some(file) = &config.config_file {
        add(
            "config-file",
            format!("{place} takes its settings from the config file \"{file}\""),
            "move `initial-cluster` and `initial-cluster-state` into flags: this version of the tool changes flags and environment only",
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
