use super::options::HOSTILE;
use crate::lab::{Engine, differences, run_in_shell, tool};

/// Images and commands of the cases.
const COMMANDS: &[(&str, &[&str])] = &[
    ("plain", &["/bin/sleep", "1"]),
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

/// One container to make: words of `docker create`, still with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub options: Vec<&'static str>,
    /// Index into the commands.
    pub command: usize,
    /// Which hostile strings.
    pub hostile: usize,
}

impl Case {
    pub fn commands() -> usize {
        COMMANDS.len()
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
    pub fn words(&self, engine: &Engine) -> Vec<String> {
        let (image, command) = COMMANDS[self.command % COMMANDS.len()];
        let mut words: Vec<String> = self
            .options
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

/// Makes the container, prints its command, runs that in a real shell and compares.
/// `None`: the engine or its client refuses such a container.
pub fn check(engine: &Engine, case: &Case, name: &str) -> Option<Result<(), String>> {
    let (old, new) = (
        format!("{}{name}-a", engine.prefix),
        format!("{}{name}-b", engine.prefix),
    );
    let mut words = vec!["create".to_owned(), "--name".to_owned(), old.clone()];
    words.extend(case.words(engine));
    if engine.try_docker(&words).is_err() {
        engine.remove(&old);
        return None;
    }
    let result = round_trip(engine, &old, &new);
    let _ = engine.try_docker(&["rm", "-f", "-v", &old, &new]);
    Some(result.map_err(|text| format!("{} {words:?}\n{text}", engine.name)))
}

fn round_trip(engine: &Engine, old: &str, new: &str) -> Result<(), String> {
    let out = tool(
        engine,
        &[
            "--create",
            "--fresh-volumes",
            "--strict",
            "--name",
            new,
            old,
        ],
    );
    if out.code != Some(0) {
        return Err(out.stderr);
    }
    let ran = run_in_shell(engine, &out.stdout);
    if ran.code != Some(0) {
        return Err(format!("{}\n{}", out.stdout, ran.stderr));
    }
    let [old, new] = engine.inspect_both(old, new);
    let mut found = differences(&old, &new);
    if engine.name == "podman" {
        found.retain(|line| !podmans_own(line));
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{}\n{}\n{}",
            out.stderr,
            out.stdout,
            found.join("\n")
        ))
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
