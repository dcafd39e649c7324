// SPDX-License-Identifier: Apache-2.0

//! The manifest of the new start: the old one's text with as few lines changed as can be.

use serde_json::{Value, json};

use super::manifest::Manifest;
use crate::replace::node::NewStart;
use crate::replace::node::words::{ShellCommand, Words, flag_of};

/// The text of the manifest with the change applied; comments and order stay where the command is
/// written as a list of lines, which is how kubeadm writes it.
///
/// # Errors
/// etcd is started through a shell's command line.
pub fn changed(manifest: &Manifest, new: &NewStart) -> Result<String, ShellCommand> {
    let before = manifest.words();
    let mut after = before.clone();
    // Without arguments of its own the command holds every word, and new ones belong there.
    let one_list = before.command.is_empty();
    if one_list {
        std::mem::swap(&mut after.entrypoint, &mut after.command);
    }
    after.change(new)?;
    if one_list {
        std::mem::swap(&mut after.entrypoint, &mut after.command);
    }
    let read = |text: &str| serde_saphyr::from_str::<Value>(text).ok();
    let wanted = read(&manifest.text).map(|value| with_words(value, manifest, &after));
    let (old, list) = if one_list {
        (&before.entrypoint, &after.entrypoint)
    } else {
        (&before.command, &after.command)
    };
    if let Some(text) = by_lines(&manifest.text, old, list)
        && read(&text) == wanted
    {
        return Ok(text);
    }
    // Written in another style: the same as data. JSON is YAML.
    let wanted = wanted.unwrap_or_default();
    Ok(format!("{wanted:#}\n"))
}

/// The manifest's data with these words.
fn with_words(mut value: Value, manifest: &Manifest, words: &Words) -> Value {
    let containers = value
        .pointer_mut("/spec/containers")
        .and_then(Value::as_array_mut);
    let ours = containers
        .into_iter()
        .flatten()
        .find(|container| container["name"].as_str() == Some(manifest.container_name()));
    let Some(container) = ours.and_then(Value::as_object_mut) else {
        return value;
    };
    for (key, list) in [("command", &words.entrypoint), ("args", &words.command)] {
        if !list.is_empty() || container.contains_key(key) {
            container.insert(key.to_owned(), json!(list));
        }
    }
    let mut pairs: Vec<(&str, &str)> = words
        .environment
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .collect();
    if let Some(list) = container.get_mut("env").and_then(Value::as_array_mut) {
        list.retain_mut(|variable| {
            if variable.get("value").is_none() {
                return true;
            }
            let name = variable["name"].as_str().unwrap_or_default().to_owned();
            let Some(at) = pairs.iter().position(|(known, _)| *known == name) else {
                return false;
            };
            variable["value"] = json!(pairs.remove(at).1);
            true
        });
        list.extend(
            pairs
                .iter()
                .map(|(name, value)| json!({ "name": name, "value": value })),
        );
    }
    value
}

/// The text with the block of lines that are these words rewritten; `None` where there is no such
/// block.
fn by_lines(text: &str, before: &[String], after: &[String]) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let items: Vec<Option<(&str, &str)>> = lines.iter().map(|line| item(line)).collect();
    let begin = items.windows(before.len().max(1)).position(|window| {
        window.len() == before.len()
            && window
                .iter()
                .zip(before)
                .all(|(item, word)| item.is_some_and(|(_, written)| written == word))
    })?;
    let (indent, _) = items.get(begin).copied().flatten()?;
    let mut made: Vec<String> = lines.iter().take(begin).map(|l| (*l).to_owned()).collect();
    let mut left = after.iter().peekable();
    for (line, word) in lines.iter().skip(begin).zip(before) {
        if left.next_if(|next| *next == word).is_some() {
            made.push((*line).to_owned());
        } else if let Some(next) = left.next_if(|next| same_flag(next, word)) {
            made.push(format!("{indent}- {}", scalar(next)));
        }
    }
    made.extend(left.map(|word| format!("{indent}- {}", scalar(word))));
    let rest = lines.iter().skip(begin + before.len());
    made.extend(rest.map(|line| (*line).to_owned()));
    Some(made.join("\n") + "\n")
}

/// Indentation and content of a line that is a list's item.
fn item(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start();
    let indent = line.get(..line.len() - rest.len())?;
    let word = rest.strip_prefix("- ")?.trim();
    let quoted = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    Some((indent, quoted('"').or_else(|| quoted('\'')).unwrap_or(word)))
}

fn same_flag(a: &str, b: &str) -> bool {
    match (flag_of(a), flag_of(b)) {
        (Some((a, _)), Some((b, _))) => a == b,
        _ => false,
    }
}

/// A word as YAML reads it back.
fn scalar(word: &str) -> String {
    let plain = word.starts_with("--")
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_=:/.,[]".contains(c))
        && !word.contains(": ");
    if plain {
        word.to_owned()
    } else {
        json!(word).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KUBEADM: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    \
        kubeadm.kubernetes.io/etcd.advertise-client-urls: https://10.78.0.1:2379\n  \
        creationTimestamp: null\n  name: etcd\n  namespace: kube-system\nspec:\n  containers:\n  \
        - command:\n    - etcd\n    # ours\n    - --name=k1\n    image: etcd:1\n    name: etcd\n  \
        hostNetwork: true\nstatus: {}\n";

    fn new() -> NewStart {
        NewStart {
            initial_cluster: "k1=https://10.78.0.1:2380,k2=https://10.78.0.2:2380".to_owned(),
            removed: vec!["force-new-cluster".to_owned()],
        }
    }

    fn of(text: &str) -> String {
        changed(&Manifest::parse(text).unwrap(), &new()).unwrap()
    }

    #[test]
    fn only_the_lines_at_fault_are_changed() {
        let text = KUBEADM.replace(
            "    # ours\n    - --name=k1\n",
            "    - --force-new-cluster=true\n    - --initial-cluster=k1=https://10.78.0.1:2380\n    - --name=k1\n",
        );
        let wanted = text.replace(
            "    - --force-new-cluster=true\n    - --initial-cluster=k1=https://10.78.0.1:2380\n    - --name=k1\n",
            "    - --initial-cluster=k1=https://10.78.0.1:2380,k2=https://10.78.0.2:2380\n    - --name=k1\n    \
             - --initial-cluster-state=existing\n",
        );
        assert_eq!(of(&text), wanted);
        // Once more nothing is left to change.
        assert_eq!(of(&wanted), wanted);
    }

    #[test]
    fn another_style_is_written_as_data_and_means_the_same() {
        for text in [
            KUBEADM.to_owned(),
            KUBEADM.replace(
                "    - etcd\n    # ours\n    - --name=k1\n",
                "    - etcd\n    args: [--name, k1, --initial-cluster, a=b]\n    env:\n    - name: ETCD_FORCE_NEW_CLUSTER\n      \
                 value: \"true\"\n    - name: IP\n      valueFrom: {fieldRef: {fieldPath: status.podIP}}\n",
            ),
        ] {
            let made = of(&text);
            let read = Manifest::parse(&made).unwrap();
            assert_eq!(read.config().get("initial-cluster"), Some(new().initial_cluster.as_str()));
            assert_eq!(read.config().get("initial-cluster-state"), Some("existing"));
            assert_eq!(read.config().get("name"), Some("k1"));
            assert_eq!(read.config().get("force-new-cluster"), None);
            assert_eq!(read.image(), Some("etcd:1"));
            assert_eq!(made.contains("status.podIP"), text.contains("status.podIP"));
        }
    }

    #[test]
    fn a_shell_command_is_not_touched() {
        let text = KUBEADM.replace(
            "    - etcd\n",
            "    - /bin/sh\n    - -c\n    - exec etcd --debug\n",
        );
        assert!(changed(&Manifest::parse(&text).unwrap(), &new()).is_err());
    }
}
