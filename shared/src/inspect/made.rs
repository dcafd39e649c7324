// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::json::{at, is_empty, of, text, texts};
use super::{Request, Source, mask_field};

/// The fields in which a container is not what `sent` asked for. What image, engine and running
/// state add is no difference, nor are null and empty ones, which the engine treats the same.
pub fn differing_fields(sent: &Request, made: &Source) -> Vec<String> {
    let own = Request::from_source(made);
    let mut fields = Vec::new();
    for (section, sent, own) in [
        ("Config", &sent.config, &own.config),
        ("HostConfig", &sent.host_config, &own.host_config),
    ] {
        let stored = at(&made.container, section);
        let keys: BTreeSet<&String> = sent.keys().chain(own.keys()).collect();
        for key in keys {
            let (asked, got) = (of(sent, key), of(own, key));
            if !same(key, asked, got, at(stored, key)) {
                let name = format!("{section}.{key}");
                // This ends in an error's text.
                let (asked, got) = (mask_field(&name, asked), mask_field(&name, got));
                fields.push(format!("{name}: {asked} was asked for, {got} was made"));
            }
        }
    }
    for endpoint in &sent.endpoints {
        let found = own.endpoints.iter().find(|one| {
            one.network == endpoint.network
                || (!one.network_id.is_empty() && one.network_id == endpoint.network_id)
        });
        let name = format!("NetworkSettings.Networks[{}]", endpoint.network);
        match found {
            None => fields.push(format!("{name} is missing")),
            Some(found) => fields.extend(
                differing_settings(&endpoint.settings, &found.settings)
                    .into_iter()
                    .map(|key| format!("{name}.{key}")),
            ),
        }
    }
    fields
}

fn differing_settings(sent: &Map<String, Value>, own: &Map<String, Value>) -> Vec<String> {
    let differs = |key: &&String| match key.as_str() {
        // A running container shows a generated one in the same place.
        "MacAddress" => false,
        "Aliases" => {
            let names = |map| texts(of(map, key)).into_iter().collect::<BTreeSet<_>>();
            names(sent) != names(own)
        }
        _ => !(is_empty(of(sent, key)) && is_empty(of(own, key))) && of(sent, key) != of(own, key),
    };
    let keys: BTreeSet<&String> = sent.keys().chain(own.keys()).collect();
    keys.into_iter().filter(differs).cloned().collect()
}

fn same(key: &str, asked: &Value, got: &Value, stored: &Value) -> bool {
    let reset = |value: &Value| texts(value) == [""];
    if asked == got || asked == stored || (is_empty(asked) && is_empty(got)) {
        return true;
    }
    match (key, asked, stored) {
        ("Entrypoint", _, _) => (reset(asked) || is_empty(asked)) && is_empty(stored),
        ("Env", Value::Array(asked), Value::Array(stored)) => {
            stored.get(..asked.len()) == Some(asked.as_slice())
        }
        ("Binds", _, _) => {
            let sorted = |value| texts(value).into_iter().collect::<BTreeSet<_>>();
            sorted(asked) == sorted(got)
        }
        // The name of the container itself stands in the middle.
        ("Links", _, _) => links(asked) == links(got),
        ("Labels" | "Volumes" | "ExposedPorts", Value::Object(asked), Value::Object(stored)) => {
            let extra = got
                .as_object()
                .into_iter()
                .flatten()
                .any(|(key, _)| !asked.contains_key(key));
            !extra
                && asked
                    .iter()
                    .all(|(key, value)| stored.get(key) == Some(value))
        }
        ("LogConfig", _, _) => {
            text(at(asked, "Type")) == text(at(got, "Type"))
                && (at(asked, "Config") == at(got, "Config")
                    || (is_empty(at(asked, "Config")) && is_empty(at(got, "Config"))))
        }
        _ => false,
    }
}

fn links(value: &Value) -> BTreeSet<(String, String)> {
    texts(value)
        .into_iter()
        .map(|link| {
            let (source, target) = link.split_once(':').unwrap_or((link, link));
            let alias = target.rsplit('/').next().unwrap_or(target);
            (source.trim_start_matches('/').to_owned(), alias.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_real_differences_are_named() {
        let source = |config, host| Source {
            container: json!({"Id": "0123456789abcdef", "Config": config, "HostConfig": host}),
            image: Some(json!({"Id": "sha256:1", "Config": {"Env": ["PATH=/bin"]}})),
            ..Source::default()
        };
        let old = source(
            json!({"Env": ["A=1", "PATH=/bin"], "Labels": {}, "Hostname": "0123456789ab"}),
            json!({"Memory": 5, "MemorySwap": 10, "Dns": [], "Links": ["/a:/old/b"]}),
        );
        let sent = Request::from_source(&old);
        let same = source(
            json!({"Env": ["A=1", "PATH=/bin"], "Labels": null, "Hostname": "0123456789ab"}),
            json!({"Memory": 5, "MemorySwap": 10, "Dns": null, "Links": ["/a:/new/b"]}),
        );
        assert_eq!(differing_fields(&sent, &same), Vec::<String>::new());
        let other = source(
            json!({"Env": ["A=2", "PATH=/bin"]}),
            json!({"Memory": 5, "MemorySwap": -1}),
        );
        let fields = differing_fields(&sent, &other);
        assert_eq!(fields.len(), 3, "{fields:?}");
    }
}
