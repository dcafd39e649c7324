// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde_json::Value;

use super::Source;
use super::endpoints;
use super::json::{at, list, text};

/// A field in which two containers differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, such as `HostConfig.Memory` or `Config.Env[PATH]`.
    pub field: String,
    /// Its value on the left as JSON; `None` where it is absent.
    pub left: Option<String>,
    /// Its value on the right.
    pub right: Option<String>,
}

/// What differs between two containers in what was asked for, field by field in a stable order.
/// IDs and running state are left out.
pub fn diff(left: &Source, right: &Source) -> Vec<Difference> {
    let (left, right) = (flat(left), flat(right));
    let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| left.get(*key) != right.get(*key))
        .map(|key| Difference {
            field: key.clone(),
            left: left.get(key).cloned(),
            right: right.get(key).cloned(),
        })
        .collect()
}

fn flat(source: &Source) -> BTreeMap<String, String> {
    let container = &source.container;
    let mut fields = BTreeMap::new();
    fields.insert("Name".to_owned(), at(container, "Name").to_string());
    fields.insert("Image".to_owned(), at(container, "Image").to_string());
    let short_id = text(at(container, "Id")).get(..12).unwrap_or_default();
    for section in ["Config", "HostConfig"] {
        flatten(section, at(container, section), &mut fields);
    }
    let hostname = fields.get("Config.Hostname").map(String::as_str);
    if hostname == Some(&format!("\"{short_id}\"")) {
        fields.remove("Config.Hostname");
    }
    for endpoint in endpoints::asked_for(source) {
        let name = format!("NetworkSettings.Networks[{}]", endpoint.network);
        fields.insert(name.clone(), "{}".to_owned());
        for (key, value) in &endpoint.settings {
            fields.insert(format!("{name}.{key}"), value.to_string());
        }
    }
    for mount in list(at(container, "Mounts")) {
        let name = format!("Mounts[{}]", text(at(mount, "Destination")));
        for key in ["Type", "Name", "Source", "Mode", "RW", "Propagation"] {
            let value = at(mount, key);
            // The path of a volume follows from its name.
            let follows = key == "Source" && text(at(mount, "Type")) == "volume";
            if !value.is_null() && !follows {
                fields.insert(format!("{name}.{key}"), value.to_string());
            }
        }
    }
    fields
}

fn flatten(name: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let inner = match name {
                    "Config" | "HostConfig" => format!("{name}.{key}"),
                    _ => format!("{name}[{key}]"),
                };
                flatten(&inner, value, fields);
            }
        }
        Value::Array(list) if name == "Config.Env" => {
            for entry in list.iter().map(text) {
                let (key, value) = entry.split_once('=').unwrap_or((entry, ""));
                fields.insert(format!("{name}[{key}]"), Value::from(value).to_string());
            }
        }
        other => drop(fields.insert(name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(config: Value) -> Source {
        let container = json!({"Id": "0123456789abcdef", "Name": "/a", "Config": config});
        Source {
            container,
            ..Source::default()
        }
    }

    #[test]
    fn null_empty_zero_and_absent_are_told_apart() {
        let left =
            source(json!({"A": null, "B": [], "C": 0, "Env": ["X=1"], "Hostname": "0123456789ab"}));
        let right = source(json!({"A": [], "B": [], "C": "", "Env": ["X=2"], "Hostname": "other"}));
        let fields: Vec<_> = diff(&left, &right)
            .into_iter()
            .map(|one| one.field)
            .collect();
        assert_eq!(
            fields,
            ["Config.A", "Config.C", "Config.Env[X]", "Config.Hostname"]
        );
        assert_eq!(diff(&left, &left), []);
    }
}
