// SPDX-License-Identifier: Apache-2.0

//! `--set-env` and `--unset-env`, without pinning what the image gives.

use serde_json::{Value, json};

use super::changes::Changed;
use crate::inspect::json::at;
use crate::inspect::merge::{env_asked_for, strings};
use crate::inspect::{InspectError, Source};

fn key(entry: &str) -> &str {
    entry.split_once('=').map_or(entry, |(key, _)| key)
}

fn own(source: &Source) -> Vec<String> {
    strings(at(at(&source.container, "Config"), "Env")).unwrap_or_default()
}

fn of_image(source: &Source) -> Vec<String> {
    let image = source.image.as_ref();
    image
        .and_then(|image| strings(at(at(image, "Config"), "Env")))
        .unwrap_or_default()
}

/// The container's entry for a variable.
pub(super) fn get(source: &Source, name: &str) -> Option<String> {
    own(source).into_iter().find(|entry| key(entry) == name)
}

/// Stores the user's part, completed by the image as the engine completes it.
fn store(source: &mut Source, asked: Vec<String>) {
    let mut env = asked;
    for entry in of_image(source) {
        if !env.iter().any(|own| key(own) == key(&entry)) {
            env.push(entry);
        }
    }
    if let Some(config) = source
        .container
        .get_mut("Config")
        .and_then(Value::as_object_mut)
    {
        config.insert("Env".to_owned(), json!(env));
    }
}

pub(super) fn set(source: &mut Source, name: &str, value: &str) -> Changed {
    let from = get(source, name);
    let to = format!("{name}={value}");
    let (mut asked, _) = env_asked_for(&own(source), &of_image(source));
    match asked.iter_mut().find(|entry| key(entry) == name) {
        Some(entry) => entry.clone_from(&to),
        None => asked.push(to.clone()),
    }
    store(source, asked);
    Changed {
        field: "Config.Env".to_owned(),
        from,
        to: Some(to),
    }
}

pub(super) fn unset(source: &mut Source, name: &str) -> Result<Changed, InspectError> {
    let Some(from) = get(source, name) else {
        return Err(InspectError::NoMatch {
            why: format!("no variable {name}"),
            hint: Some("the container's variables are in `docker inspect --format '{{.Config.Env}}' CONTAINER`".to_owned()),
        });
    };
    let (mut asked, _) = env_asked_for(&own(source), &of_image(source));
    asked.retain(|entry| key(entry) != name);
    // A bare name is how docker takes away what the image sets.
    let inherited = of_image(source).iter().any(|entry| key(entry) == name);
    if inherited {
        asked.push(name.to_owned());
    }
    store(source, asked);
    let to = inherited.then(|| name.to_owned());
    Ok(Changed {
        field: "Config.Env".to_owned(),
        from: Some(from),
        to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_image_gives_is_not_pinned() -> Result<(), InspectError> {
        let mut source = Source {
            container: json!({"Config": {"Env": ["A=1", "PATH=/bin", "B=2"]}}),
            image: Some(json!({"Config": {"Env": ["PATH=/bin", "B=2"]}})),
            ..Source::default()
        };
        set(&mut source, "B", "3");
        assert_eq!(own(&source), ["A=1", "B=3", "PATH=/bin"]);
        unset(&mut source, "A")?;
        unset(&mut source, "B")?;
        assert_eq!(own(&source), ["B", "PATH=/bin"]);
        assert!(unset(&mut source, "C").is_err());
        Ok(())
    }
}
