// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use crate::inspect::spec::{RunSpec, Value as OptValue};

/// The command as a JSON array of words. What only a shell or a second command can do becomes a
/// loss of `spec`.
pub fn argv(spec: &mut RunSpec, create: bool) -> Value {
    let mut words = vec!["docker".to_owned()];
    words.push(if create { "create" } else { "run" }.to_owned());
    if spec.detach && !create {
        words.push("--detach".to_owned());
    }
    let mut lost = Vec::new();
    for option in &spec.options {
        match &option.value {
            None => words.push(option.flag.to_owned()),
            Some(OptValue::Word(word)) if word.starts_with('-') || word.is_empty() => {
                words.push(format!("{}={word}", option.flag));
            }
            Some(OptValue::Word(word)) => {
                words.extend([option.flag.to_owned(), word.clone()]);
            }
            Some(OptValue::File { .. }) => {
                lost.push((
                    option.field.clone(),
                    "the option takes a file's name, and argv has no files",
                ));
            }
        }
    }
    words.push(spec.image.clone());
    words.extend(spec.command.iter().cloned());
    if !spec.connects.is_empty() {
        let why = "further networks need `docker network connect`: use `-o shell`";
        lost.push(("NetworkSettings.Networks".to_owned(), why));
    }
    if !spec.unset_variables.is_empty() {
        let why = "a variable without a value must not be set where the words are run";
        lost.push(("Config.Env".to_owned(), why));
    }
    for (field, why) in lost {
        spec.loss(&field, why);
    }
    json!(words)
}
