// SPDX-License-Identifier: Apache-2.0

//! etcd's `--config-file` edited for a new start, as text: comments, order and all other settings
//! stay. What the edit made is read again and compared; where that differs in anything but what was
//! wanted, nothing is changed.

use serde_json::{Map, Value, json};

use super::NewStart;

/// Why a config file cannot be changed safely.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEditable {
    /// It is no YAML mapping.
    #[error("it is not a YAML mapping: {why}")]
    NotAMapping {
        /// What the reader said.
        why: String,
    },
    /// It is written in a way that a change of lines does not get right.
    #[error("it is written in a way that cannot be changed line by line")]
    NotByLines,
}

/// The text for the new start.
///
/// # Errors
/// It cannot be changed safely.
pub fn edit(text: &str, new: &NewStart) -> Result<String, NotEditable> {
    let before = mapping(text)?;
    let mut wanted = before.clone();
    for flag in &new.removed {
        wanted.remove(flag);
    }
    let set = [
        ("initial-cluster", new.initial_cluster.as_str()),
        ("initial-cluster-state", "existing"),
    ];
    for (flag, value) in set {
        wanted.insert(flag.to_owned(), json!(value));
    }
    if wanted == before {
        return Ok(text.to_owned());
    }
    // JSON is YAML, too, and has no lines to keep.
    if text.trim_start().starts_with('{') {
        let text = serde_json::to_string_pretty(&wanted).map_err(|_| NotEditable::NotByLines)?;
        return Ok(text + "\n");
    }
    let mut lines: Vec<String> = Vec::new();
    let mut done = Vec::new();
    let mut drops = false;
    for line in text.lines() {
        // What is indented or empty belongs to the entry above.
        let continues = line.starts_with([' ', '\t', '-']) || line.trim().is_empty();
        if continues {
            if !drops || line.trim().is_empty() {
                lines.push(line.to_owned());
            }
            continue;
        }
        drops = false;
        let Some(key) = key_of(line) else {
            lines.push(line.to_owned());
            continue;
        };
        if new.removed.iter().any(|flag| flag == key) {
            drops = true;
        } else if let Some((flag, value)) = set.iter().find(|(flag, _)| *flag == key) {
            lines.push(format!("{flag}: {}", json!(value)));
            done.push(*flag);
            drops = true;
        } else {
            lines.push(line.to_owned());
        }
    }
    for (flag, value) in set {
        if !done.contains(&flag) {
            lines.push(format!("{flag}: {}", json!(value)));
        }
    }
    let edited = lines.join("\n") + "\n";
    match mapping(&edited) {
        Ok(after) if after == wanted => Ok(edited),
        _ => Err(NotEditable::NotByLines),
    }
}

fn mapping(text: &str) -> Result<Map<String, Value>, NotEditable> {
    match serde_saphyr::from_str::<Value>(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(NotEditable::NotAMapping {
            why: "there is something else in it".to_owned(),
        }),
        Err(error) => Err(NotEditable::NotAMapping {
            why: error.to_string(),
        }),
    }
}

/// `name` in a line such as `name: value` or `"name": value`.
fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let separated = rest.is_empty() || rest.starts_with([' ', '\t']);
    (separated && !line.starts_with('#')).then(|| key.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> NewStart {
        NewStart {
            initial_cluster: "a=https://1:2380,b=https://2:2380".to_owned(),
            removed: vec!["force-new-cluster".to_owned(), "discovery".to_owned()],
        }
    }

    #[test]
    fn two_settings_change_and_all_else_stays_as_it_was_written() {
        let text = "# ours\nname: a   # the node\ninitial-cluster:\n  a=https://1:2380,\n  c=https://3:2380\n\
                    force-new-cluster: true\ninitial-cluster-state: 'new'\n\n\
                    client-transport-security:\n  # TLS\n  cert-file: /c\n";
        let edited = edit(text, &new()).unwrap();
        assert_eq!(
            edited,
            "# ours\nname: a   # the node\ninitial-cluster: \"a=https://1:2380,b=https://2:2380\"\n\
             initial-cluster-state: \"existing\"\n\n\
             client-transport-security:\n  # TLS\n  cert-file: /c\n"
        );
        assert_eq!(edit(&edited, &new()).unwrap(), edited, "once is enough");
    }

    #[test]
    fn what_was_never_given_is_added_and_json_stays_json() {
        let edited = edit("name: a", &new()).unwrap();
        assert!(edited.starts_with("name: a\ninitial-cluster: "), "{edited}");
        let edited = edit("{\"name\": \"a\", \"discovery\": \"http://d\"}", &new()).unwrap();
        let value: Value = serde_json::from_str(&edited).unwrap();
        assert_eq!(value["initial-cluster-state"], "existing");
        assert_eq!(value.get("discovery"), None);
    }

    #[test]
    fn what_would_come_out_wrong_is_not_touched() {
        for text in [
            "- a\n- b\n",
            "name: [",
            "? initial-cluster-state\n: new\n",
            "name: a\n---\nname: b\n",
            "name: a\n...\n",
        ] {
            assert!(edit(text, &new()).is_err(), "{text}");
        }
    }
}
