// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use super::{arguments, environment};
use crate::inspect::json::at;
use crate::inspect::{InspectError, Request, Source};

/// What the user wants to be different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// `--set-arg NAME=VALUE`.
    pub set_args: Vec<(String, String)>,
    /// `--unset-arg NAME`.
    pub unset_args: Vec<String>,
    /// `--set-env NAME=VALUE`.
    pub set_env: Vec<(String, String)>,
    /// `--unset-env NAME`.
    pub unset_env: Vec<String>,
    /// `--set-label NAME=VALUE`.
    pub set_labels: Vec<(String, String)>,
    /// `--image`.
    pub image: Option<String>,
    /// `--name`.
    pub name: Option<String>,
}

/// One thing that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The field, such as `Config.Cmd`.
    pub field: String,
    /// What stood there; `None` where nothing did.
    pub from: Option<String>,
    /// What stands there now; `None` where nothing does.
    pub to: Option<String>,
}

impl Changes {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Splits `NAME=VALUE`.
pub fn parse_pair(text: &str) -> Result<(String, String), InspectError> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(InspectError::BadChange {
            value: text.to_owned(),
            form: "NAME=VALUE",
        }),
    }
}

/// Changes arguments, environment and labels of the container's data. Says what it changed;
/// an argument or variable that is nowhere is an error.
pub fn change_source(source: &mut Source, changes: &Changes) -> Result<Vec<Changed>, InspectError> {
    let mut changed = Vec::new();
    for (name, value) in &changes.set_args {
        changed.extend(arguments::set(source, name, value)?);
    }
    for name in &changes.unset_args {
        changed.extend(arguments::unset(source, name)?);
    }
    for (name, value) in &changes.set_env {
        changed.push(environment::set(source, name, value));
    }
    for name in &changes.unset_env {
        changed.push(environment::unset(source, name)?);
    }
    for (name, value) in &changes.set_labels {
        let labels = at(at(&source.container, "Config"), "Labels");
        let from = labels
            .get(name)
            .and_then(Value::as_str)
            .map(|old| format!("{name}={old}"));
        if let Some(config) = source
            .container
            .get_mut("Config")
            .and_then(Value::as_object_mut)
        {
            let labels = config.entry("Labels").or_insert(Value::Null);
            if !labels.is_object() {
                *labels = json!({});
            }
            if let Some(labels) = labels.as_object_mut() {
                labels.insert(name.clone(), json!(value));
            }
        }
        let to = Some(format!("{name}={value}"));
        changed.push(Changed {
            field: "Config.Labels".to_owned(),
            from,
            to,
        });
    }
    Ok(changed)
}

/// Changes image and name of the request. What the old image gave follows the new one.
pub fn change_request(request: &mut Request, changes: &Changes) -> Vec<Changed> {
    let mut changed = Vec::new();
    for (field, slot, wanted) in [
        ("Config.Image", &mut request.image, &changes.image),
        ("Name", &mut request.name, &changes.name),
    ] {
        if let Some(wanted) = wanted
            && wanted != slot
        {
            let from = std::mem::replace(slot, wanted.clone());
            changed.push(Changed {
                field: field.to_owned(),
                from: Some(from),
                to: Some(wanted.clone()),
            });
        }
    }
    changed
}
