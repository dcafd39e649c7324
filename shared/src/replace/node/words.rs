// SPDX-License-Identifier: Apache-2.0

//! The words that etcd is started with: flags in a command, `ETCD_*` variables in an environment;
//! the same for every kind of node.

use std::collections::BTreeMap;

use super::NewStart;
use crate::model::EtcdConfig;

/// Settings that must never come along to a new start: with `force-new-cluster` the member makes
/// itself a cluster of one at its next restart; discovery would bootstrap again.
const FORBIDDEN: [&str; 5] = [
    "force-new-cluster",
    "discovery",
    "discovery-fallback",
    "discovery-srv",
    "discovery-srv-name",
];

/// etcd is started through a shell's command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("etcd is started through a shell command, \"{word}\", which cannot be changed safely")]
pub struct ShellCommand {
    /// The beginning of the word.
    pub word: String,
}

/// What etcd is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What takes the place of the image's entrypoint; empty where nothing does.
    pub entrypoint: Vec<String>,
    /// The words after it.
    pub command: Vec<String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
}

impl Words {
    /// Turns them into those of the new start; all else stays.
    ///
    /// # Errors
    /// They are a shell's command line.
    pub fn change(&mut self, new: &NewStart) -> Result<(), ShellCommand> {
        for word in self.entrypoint.iter().chain(&self.command) {
            if word.contains(" --") || word.contains("etcd -") {
                return Err(ShellCommand {
                    word: word.chars().take(40).collect(),
                });
            }
        }
        for flag in &new.removed {
            remove(&mut self.entrypoint, flag);
            remove(&mut self.command, flag);
            let variable = variable(flag);
            self.environment
                .retain(|pair| !pair.starts_with(&format!("{variable}=")));
        }
        self.set("initial-cluster", &new.initial_cluster);
        self.set("initial-cluster-state", "existing");
        Ok(())
    }

    /// Sets it where it stands, else adds it where the other settings stand.
    fn set(&mut self, flag: &str, value: &str) {
        let mut found = set(&mut self.entrypoint, flag, value);
        found |= set(&mut self.command, flag, value);
        let prefix = format!("{}=", variable(flag));
        for pair in &mut self.environment {
            if pair.starts_with(&prefix) {
                *pair = format!("{prefix}{value}");
                found = true;
            }
        }
        if found {
            return;
        }
        let words = || self.entrypoint.iter().chain(&self.command);
        let by_flags = words().any(|word| is_flag(word));
        if by_flags
            || self
                .environment
                .iter()
                .all(|pair| !pair.starts_with("ETCD_"))
        {
            self.command.push(format!("--{flag}={value}"));
        } else {
            self.environment.push(format!("{prefix}{value}"));
        }
    }
}

/// Whether the settings already are those of the new start.
pub fn is_new(settings: &BTreeMap<String, String>, new: &NewStart) -> bool {
    let parts = |text: &str| {
        let mut parts: Vec<String> = text.split(',').map(|part| part.trim().to_owned()).collect();
        parts.sort();
        parts
    };
    settings.get("initial-cluster-state").map(String::as_str) == Some("existing")
        && settings
            .get("initial-cluster")
            .is_some_and(|list| parts(list) == parts(&new.initial_cluster))
        && !FORBIDDEN.iter().any(|flag| is_set(settings, flag))
}

/// What is set and must never come along.
pub fn forbidden(config: &EtcdConfig) -> Vec<String> {
    FORBIDDEN
        .iter()
        .filter(|flag| is_set(&config.flags, flag))
        .map(|flag| (*flag).to_owned())
        .collect()
}

/// Whether a forbidden setting is there with an effect.
fn is_set(settings: &BTreeMap<String, String>, flag: &str) -> bool {
    settings.get(flag).is_some_and(|value| match flag {
        "force-new-cluster" => matches!(
            value.as_str(),
            "true" | "1" | "t" | "T" | "TRUE" | "True" | ""
        ),
        // Has a default, `proxy`, and does nothing without the other discovery settings.
        "discovery-fallback" => false,
        _ => !value.is_empty(),
    })
}

/// `ETCD_INITIAL_CLUSTER` for `initial-cluster`.
fn variable(flag: &str) -> String {
    format!("ETCD_{}", flag.to_ascii_uppercase().replace('-', "_"))
}

fn is_flag(word: &str) -> bool {
    word.starts_with('-') && word.len() > 1
}

/// The flag's name in a word such as `--name=a`, `-name` (Go's flags take one dash or two).
pub fn flag_of(word: &str) -> Option<(&str, Option<&str>)> {
    let rest = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    Some(match rest.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (rest, None),
    })
}

fn set(words: &mut [String], flag: &str, value: &str) -> bool {
    let mut found = false;
    let mut at = 0;
    while at < words.len() {
        let (inline, matches) = match words.get(at).and_then(|word| flag_of(word)) {
            Some((name, inline)) => (inline.is_some(), name == flag),
            None => (false, false),
        };
        if matches && inline {
            if let Some(word) = words.get_mut(at) {
                *word = format!("--{flag}={value}");
            }
            found = true;
        } else if matches && let Some(next) = words.get_mut(at + 1) {
            *next = value.to_owned();
            found = true;
        }
        at += 1;
    }
    found
}

fn remove(words: &mut Vec<String>, flag: &str) {
    let mut kept = Vec::new();
    let mut all = std::mem::take(words).into_iter().peekable();
    while let Some(word) = all.next() {
        match flag_of(&word) {
            Some((name, inline)) if name == flag => {
                // `--discovery URL`: the value is the next word; booleans take none.
                if inline.is_none() && flag != "force-new-cluster" {
                    all.next_if(|next| !is_flag(next));
                }
            }
            _ => kept.push(word),
        }
    }
    *words = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> NewStart {
        NewStart {
            initial_cluster: "a=https://1:2380,b=https://2:2380".to_owned(),
            removed: Vec::new(),
        }
    }

    #[test]
    fn the_same_list_in_another_order_is_the_same_start() {
        let settings = |list: &str, state: &str| {
            BTreeMap::from([
                ("initial-cluster".to_owned(), list.to_owned()),
                ("initial-cluster-state".to_owned(), state.to_owned()),
            ])
        };
        let list = "b=https://2:2380,a=https://1:2380";
        assert!(is_new(&settings(list, "existing"), &new()));
        assert!(!is_new(&settings(list, "new"), &new()));
        assert!(!is_new(&settings("a=https://1:2380", "existing"), &new()));
        let mut forced = settings(list, "existing");
        forced.insert("force-new-cluster".to_owned(), "true".to_owned());
        assert!(!is_new(&forced, &new()));
    }
}
