// SPDX-License-Identifier: Apache-2.0

//! What runs: user, folder, environment, entrypoint, command, signals.

use serde_json::Value;

use super::families::Family;
use super::view::View;
use crate::inspect::json::{is_empty, text, texts};
use crate::inspect::merge::strings;
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "Config.User",
        "Config.WorkingDir",
        "Config.Env",
        "Config.Entrypoint",
        "Config.Cmd",
        "Config.StopSignal",
        "Config.StopTimeout",
        "HostConfig.Init",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    for (option, field) in [
        ("--user", "Config.User"),
        ("--workdir", "Config.WorkingDir"),
    ] {
        if view.says(field) {
            spec.option(option, text(view.field(field)), field);
        }
    }
    for entry in texts(view.config("Env")) {
        environment(entry, spec);
    }
    words(view, spec);
    if view.says("Config.StopSignal") {
        spec.option(
            "--stop-signal",
            text(view.config("StopSignal")),
            "Config.StopSignal",
        );
    }
    // 0 is a value of its own: kill at once.
    if let Some(seconds) = view.config("StopTimeout").as_i64() {
        spec.option("--stop-timeout", seconds.to_string(), "Config.StopTimeout");
    }
    match view.host("Init") {
        Value::Bool(true) => spec.switch("--init", "HostConfig.Init"),
        Value::Bool(false) => spec.switch("--init=false", "HostConfig.Init"),
        _ => {}
    }
}

fn environment(entry: &str, spec: &mut RunSpec) {
    match entry.split_once('=') {
        _ if entry.is_empty() || entry.starts_with('=') => {
            spec.loss(
                "Config.Env",
                format!("no option can set {entry:?}, which has no name"),
            );
        }
        Some(_) => spec.option("--env", entry, "Config.Env"),
        None => {
            // Takes the caller's value where there is one: it must not be there.
            spec.option("--env", entry, "Config.Env");
            spec.unset_variables.push(entry.replace('\0', ""));
        }
    }
}

fn words(view: &View<'_>, spec: &mut RunSpec) {
    let entrypoint = strings(view.config("Entrypoint"));
    let mut command = strings(view.config("Cmd")).unwrap_or_default();
    match entrypoint.as_deref() {
        None => {}
        Some([]) => spec.option("--entrypoint", "", "Config.Entrypoint"),
        Some([only]) => spec.option("--entrypoint", only, "Config.Entrypoint"),
        Some([first, rest @ ..]) => {
            spec.option("--entrypoint", first, "Config.Entrypoint");
            let why = "an option sets one word only: the others stand before the command, so the same process runs";
            spec.loss("Config.Entrypoint", why);
            command.splice(0..0, rest.iter().cloned());
        }
    }
    if let (Some([]), true) = (entrypoint.as_deref(), is_empty(view.config("Cmd"))) {
        spec.loss(
            "Config.Cmd",
            "docker refuses a container without entrypoint and command",
        );
    }
    let words = command
        .into_iter()
        .map(|word| spec.word(word, "Config.Cmd"))
        .collect();
    spec.command = words;
}
