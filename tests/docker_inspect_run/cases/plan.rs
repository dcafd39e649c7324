// SPDX-License-Identifier: Apache-2.0

use super::options::{HOSTILE, SETS};
use crate::lab::{Engine, differences, run_in_shell, tool};

/// Images and commands of the cases.
const COMMANDS: &[(&str, &[&str])] = &[
    ("plain", &["/bin/sleep", "1000"]),
    ("plain", &["/bin/sh", "-c", "%H"]),
    ("full", &[]),
    ("full", &["sleep", "%H"]),
    ("full", &["sleep", "1000"]),
    ("cmd", &[]),
    ("cmd", &["%H", "", "%H"]),
    ("entry", &[]),
    ("entry", &["echo $x; sleep 1"]),
    ("none", &[]),
    ("service", &[]),
];

/// One container to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Sets of options and which of their variants.
    pub parts: Vec<(usize, usize)>,
    /// Index into the commands.
    pub command: usize,
    /// Which hostile strings.
    pub hostile: usize,
}

/// What came of a case.
pub enum Outcome {
    /// The engine or its client refuses such a container, with these words.
    Refused(String),
    /// The command made the same container; whether it also ran, and printed the same then.
    Exact { ran: bool },
    /// It did not.
    Wrong(String),
}

impl Case {
    pub fn commands() -> usize {
        COMMANDS.len()
    }

    /// Words of `docker create`, still with placeholders.
    pub fn options(&self) -> Vec<&'static str> {
        let parts = self.parts.iter();
        parts
            .flat_map(|(set, variant)| SETS[*set].variants[*variant])
            .copied()
            .collect()
    }

    /// The same in two cases with half of the options each.
    pub fn halves(&self) -> [Self; 2] {
        let (left, right) = self.parts.split_at(self.parts.len() / 2);
        [left, right].map(|parts| Self {
            parts: parts.to_vec(),
            ..self.clone()
        })
    }

    fn fill(&self, word: &str, at: usize, engine: &Engine) -> String {
        let hostile = HOSTILE[(self.hostile + at) % HOSTILE.len()];
        // docker takes an empty health command for none.
        let health = if hostile.is_empty() { "x" } else { hostile };
        let net = format!("{}net", engine.prefix);
        let mut text = word.replace("%H", hostile).replace("%h", health);
        if text.contains("%S") {
            text = text.replace("%S", &engine.subnet(&net));
        }
        if text.contains("%6") {
            text = text.replace("%6::", &format!("{}::", engine.subnet6(&net)));
        }
        if text.contains("%I") {
            let id = engine.docker(&["network", "inspect", "--format", "{{.Id}}", &net]);
            text = text.replace("%I", &id);
        }
        text.replace("%M", "/tmp/inspect-run-marked")
            .replace("%D", &engine.files.dir.display().to_string())
            .replace("%P", &engine.prefix)
    }

    /// The words after `docker create --name NAME`.
    fn words(&self, engine: &Engine) -> Vec<String> {
        let (image, command) = COMMANDS[self.command % COMMANDS.len()];
        let options = self.options();
        let mut words: Vec<String> = options
            .iter()
            .enumerate()
            .map(|(at, word)| self.fill(word, at, engine))
            .collect();
        words.push(engine.image(image));
        words.extend(
            command
                .iter()
                .enumerate()
                .map(|(at, word)| self.fill(word, at + 3, engine)),
        );
        words
    }
}

/// Makes the container, prints its command, runs that in a real shell and compares. With `start`
/// it is started too: where it can be, the command must be the same again.
pub fn check(engine: &Engine, case: &Case, name: &str, start: bool) -> Outcome {
    let (old, new) = (
        format!("{}{name}-a", engine.prefix),
        format!("{}{name}-b", engine.prefix),
    );
    let mut words = vec!["create".to_owned(), "--name".to_owned(), old.clone()];
    words.extend(case.words(engine));
    if let Err(said) = engine.try_docker(&words) {
        engine.remove(&old);
        return Outcome::Refused(said);
    }
    let outcome = match round_trip(engine, &old, &new, start) {
        Ok(ran) => Outcome::Exact { ran },
        Err(text) => Outcome::Wrong(format!("{} {words:?}\n{text}", engine.name)),
    };
    engine.remove(&old);
    engine.remove(&new);
    outcome
}

fn printed(engine: &Engine, old: &str, new: &str) -> Result<String, String> {
    let words = [
        "--create",
        "--fresh-volumes",
        "--strict",
        "--name",
        new,
        old,
    ];
    let out = tool(engine, &words);
    match out.code {
        Some(0) => Ok(out.stdout),
        _ => Err(out.stderr),
    }
}

/// Whether it also ran.
fn round_trip(engine: &Engine, old: &str, new: &str, start: bool) -> Result<bool, String> {
    let text = printed(engine, old, new)?;
    let ran = run_in_shell(engine, &text);
    if ran.code != Some(0) {
        return Err(format!("{text}\n{}", ran.stderr));
    }
    let mut found = differences(&engine.inspect(old), &engine.inspect(new));
    if engine.name == "podman" {
        found.retain(|line| !podmans_own(line));
    }
    if !found.is_empty() {
        return Err(format!("{text}\n{}", found.join("\n")));
    }
    if !start || engine.start(old).is_err() {
        return Ok(false);
    }
    // Whether it still runs or has ended: what was asked for is the same.
    match printed(engine, old, new) {
        Ok(again) if again == text => Ok(true),
        Ok(again) => Err(format!("{text}\nonce it ran:\n{again}")),
        // With --rm one that ended at once is gone.
        Err(_) if !engine.has(old) => Ok(false),
        Err(said) => Err(said),
    }
}

/// What podman's docker API does not tell, or tells in changing order: whether a health check is
/// the image's, null, an empty list or an empty
/// word, the order of bindings, and volumes of other containers
/// (which a fresh copy gets as its own).
fn podmans_own(line: &str) -> bool {
    let empty = [": [] != null", ": null != []", ": [\"\"] != []"]
        .iter()
        .any(|end| line.ends_with(end));
    empty
        || line.starts_with("/Config/Healthcheck/Retries: \"ABSENT\"")
        || line.starts_with("/HostConfig/PortBindings/80/tcp")
        || line.contains("/from:")
        || (line.starts_with("/Mounts") && line.contains("\"/from\""))
}
