// SPDX-License-Identifier: Apache-2.0

//! `--set-arg` and `--unset-arg`: `--k=v`, `--k v` and the environment form `ETCD_K=v`.

use serde_json::{Value, json};

use super::changes::Changed;
use super::environment;
use crate::inspect::json::{at, texts};
use crate::inspect::{InspectError, Source};

/// The words that run: entrypoint, then command.
struct Words {
    words: Vec<String>,
    /// How many of them are the entrypoint.
    entrypoint: usize,
    had_cmd: bool,
}

fn words_of(source: &Source) -> Words {
    let config = at(&source.container, "Config");
    let mut words: Vec<String> = texts(at(config, "Entrypoint"))
        .into_iter()
        .map(str::to_owned)
        .collect();
    let entrypoint = words.len();
    words.extend(texts(at(config, "Cmd")).into_iter().map(str::to_owned));
    Words {
        words,
        entrypoint,
        had_cmd: !at(config, "Cmd").is_null(),
    }
}

fn store(source: &mut Source, words: &Words) {
    let (entrypoint, cmd) = words
        .words
        .split_at_checked(words.entrypoint)
        .unwrap_or((&words.words, &[]));
    if let Some(config) = source
        .container
        .get_mut("Config")
        .and_then(Value::as_object_mut)
    {
        if !entrypoint.is_empty() {
            config.insert("Entrypoint".to_owned(), json!(entrypoint));
        }
        if words.had_cmd || !cmd.is_empty() {
            // An empty command is none, as docker's client sends it.
            let cmd = if cmd.is_empty() {
                Value::Null
            } else {
                json!(cmd)
            };
            config.insert("Cmd".to_owned(), cmd);
        }
    }
}

/// Where an argument stands.
struct Found {
    /// The word that begins it.
    index: usize,
    /// The name with its dashes.
    dashed: String,
    /// The value is the next word.
    separate: bool,
    /// The value; `None` for a switch.
    value: Option<String>,
}

/// All places of `name` from the word `from` on, up to a lone `--`.
fn find(words: &[String], name: &str) -> Vec<Found> {
    let mut found = Vec::new();
    // The first word is the program.
    let mut rest = words.iter().enumerate().skip(1).peekable();
    while let Some((index, word)) = rest.next() {
        if word == "--" {
            break;
        }
        let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
        let Some(bare) = bare else { continue };
        let dashes = word.len() - bare.len();
        let dashed = format!("{}{name}", word.get(..dashes).unwrap_or_default());
        match bare.split_once('=') {
            Some((key, value)) if key == name => {
                let value = Some(value.to_owned());
                found.push(Found {
                    index,
                    dashed,
                    separate: false,
                    value,
                });
            }
            None if bare == name => {
                let next = rest.peek().map(|(_, next)| (*next).clone());
                let value = next.filter(|next| !next.starts_with('-'));
                found.push(Found {
                    index,
                    dashed,
                    separate: value.is_some(),
                    value,
                });
            }
            _ => {}
        }
    }
    found
}

/// Names of variables that set the argument: `ETCD_` or the program's name before it.
fn variables(source: &Source, name: &str) -> Vec<String> {
    let upper = |text: &str| text.to_uppercase().replace(['-', '.'], "_");
    let words = words_of(source).words;
    let program = words
        .first()
        .and_then(|word| word.rsplit('/').next())
        .unwrap_or_default();
    let mut names = vec![format!("ETCD_{}", upper(name))];
    if !program.is_empty() && upper(program) != "ETCD" {
        names.push(format!("{}_{}", upper(program), upper(name)));
    }
    names.retain(|name| environment::get(source, name).is_some());
    names
}

fn bare(name: &str) -> &str {
    name.trim_start_matches('-')
}

fn field(words: &Words, index: usize) -> String {
    let part = if index < words.entrypoint {
        "Config.Entrypoint"
    } else {
        "Config.Cmd"
    };
    part.to_owned()
}

fn shown(found: &Found) -> String {
    match (&found.value, found.separate) {
        (None, _) => found.dashed.clone(),
        (Some(value), true) => format!("{} {value}", found.dashed),
        (Some(value), false) => format!("{}={value}", found.dashed),
    }
}

pub(super) fn set(
    source: &mut Source,
    name: &str,
    value: &str,
) -> Result<Vec<Changed>, InspectError> {
    let name = bare(name);
    let mut words = words_of(source);
    let mut changed = Vec::new();
    for found in find(&words.words, name) {
        let from = shown(&found);
        let (slot, word) = if found.separate {
            (found.index + 1, value.to_owned())
        } else {
            (found.index, format!("{}={value}", found.dashed))
        };
        let to = if found.separate {
            format!("{} {value}", found.dashed)
        } else {
            word.clone()
        };
        if let Some(old) = words.words.get_mut(slot) {
            *old = word;
        }
        changed.push(Changed {
            field: field(&words, found.index),
            from: Some(from),
            to: Some(to),
        });
    }
    store(source, &words);
    for variable in variables(source, name) {
        changed.push(environment::set(source, &variable, value));
    }
    if changed.is_empty() {
        Err(no_match(source, name))
    } else {
        Ok(changed)
    }
}

pub(super) fn unset(source: &mut Source, name: &str) -> Result<Vec<Changed>, InspectError> {
    let name = bare(name);
    let mut words = words_of(source);
    let mut changed = Vec::new();
    let found = find(&words.words, name);
    for found in found.iter().rev() {
        let field = field(&words, found.index);
        for _ in 0..=usize::from(found.separate) {
            if found.index < words.words.len() {
                words.words.remove(found.index);
                words.entrypoint -= usize::from(found.index < words.entrypoint);
            }
        }
        changed.insert(
            0,
            Changed {
                field,
                from: Some(shown(found)),
                to: None,
            },
        );
    }
    store(source, &words);
    for variable in variables(source, name) {
        changed.push(environment::unset(source, &variable)?);
    }
    if changed.is_empty() {
        Err(no_match(source, name))
    } else {
        Ok(changed)
    }
}

fn no_match(source: &Source, name: &str) -> InspectError {
    let words = words_of(source).words;
    let hint = match words
        .iter()
        .find(|word| word.contains(' ') && word.contains(name))
    {
        Some(_) => {
            "it stands inside a shell command, which is not taken apart: print the command and change it by hand"
        }
        None => {
            "see what the container runs with `docker inspect --format '{{.Path}} {{.Args}}' CONTAINER`"
        }
    };
    InspectError::NoMatch {
        why: format!("no argument --{name} and no variable for it"),
        hint: Some(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(entrypoint: &[&str], cmd: &[&str], env: &[&str]) -> Source {
        let config = json!({ "Entrypoint": entrypoint, "Cmd": cmd, "Env": env });
        Source {
            container: json!({ "Config": config }),
            ..Source::default()
        }
    }

    fn lists(source: &Source) -> (Vec<&str>, Vec<&str>, Vec<&str>) {
        let config = at(&source.container, "Config");
        (
            texts(at(config, "Entrypoint")),
            texts(at(config, "Cmd")),
            texts(at(config, "Env")),
        )
    }

    #[test]
    fn each_form_is_found_and_said() -> Result<(), InspectError> {
        let mut all = source(
            &["/etcd", "--state=new"],
            &["-state", "new", "--other", "x", "--", "--state=kept"],
            &["ETCD_STATE=new", "A=1"],
        );
        let changed = set(&mut all, "state", "existing")?;
        let said: Vec<_> = changed.iter().filter_map(|one| one.to.as_deref()).collect();
        assert_eq!(
            said,
            ["--state=existing", "-state existing", "ETCD_STATE=existing"]
        );
        let (entrypoint, cmd, env) = lists(&all);
        assert_eq!(entrypoint, ["/etcd", "--state=existing"]);
        assert_eq!(
            cmd,
            ["-state", "existing", "--other", "x", "--", "--state=kept"]
        );
        assert_eq!(env, ["ETCD_STATE=existing", "A=1"]);

        unset(&mut all, "--state")?;
        let (entrypoint, cmd, env) = lists(&all);
        assert_eq!((entrypoint, env), (vec!["/etcd"], vec!["A=1"]));
        assert_eq!(cmd, ["--other", "x", "--", "--state=kept"]);
        Ok(())
    }

    #[test]
    fn a_switch_gets_its_value_and_no_match_is_an_error() -> Result<(), InspectError> {
        let mut one = source(&["p"], &["--debug", "--x"], &[]);
        set(&mut one, "debug", "false")?;
        assert_eq!(lists(&one).1, ["--debug=false", "--x"]);
        assert!(matches!(
            set(&mut one, "deb", "1"),
            Err(InspectError::NoMatch { .. })
        ));
        let mut shell = source(&["sh", "-c"], &["exec etcd --state=new"], &[]);
        let Err(InspectError::NoMatch {
            hint: Some(hint), ..
        }) = set(&mut shell, "state", "x")
        else {
            panic!("it matched");
        };
        assert!(hint.contains("inside a shell command"));
        Ok(())
    }
}
