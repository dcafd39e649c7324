// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, Pod};

/// The environment of a container as far as the API tells it: plain values, and the fields of the
/// pod that a downward reference names.
pub(super) fn environment(pod: &Pod, container: &Container) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for variable in container.env.iter().flatten() {
        let value = match (&variable.value, &variable.value_from) {
            (Some(value), _) => Some(expanded(value, &known)),
            (None, Some(source)) => source
                .field_ref
                .as_ref()
                .and_then(|field| field_of(pod, &field.field_path)),
            (None, None) => Some(String::new()),
        };
        if let Some(value) = value {
            known.insert(variable.name.clone(), value);
        }
    }
    known
}

fn field_of(pod: &Pod, path: &str) -> Option<String> {
    let status = pod.status.as_ref();
    match path {
        "metadata.name" => pod.metadata.name.clone(),
        "metadata.namespace" => pod.metadata.namespace.clone(),
        "spec.nodeName" => pod.spec.as_ref()?.node_name.clone(),
        "status.podIP" => status?.pod_ip.clone(),
        "status.hostIP" => status?.host_ip.clone(),
        _ => None,
    }
}

/// etcd's words: those of the container, or those behind `etcd` where a shell stands before it.
pub(super) fn etcd_words(
    container: &Container,
    environment: &BTreeMap<String, String>,
) -> Vec<String> {
    let all: Vec<&String> = container
        .command
        .iter()
        .flatten()
        .chain(container.args.iter().flatten())
        .collect();
    // A script: line continuations and one word after another, as far as that can be read.
    let script = all
        .iter()
        .find(|word| word.contains("--") && word.contains(char::is_whitespace));
    let words: Vec<String> = match script {
        Some(script) => {
            let script = script.replace("\\\n", " ");
            script.split_whitespace().map(str::to_owned).collect()
        }
        None => all.into_iter().cloned().collect(),
    };
    words
        .iter()
        .map(|word| expanded(word.trim_matches(['"', '\'']), environment))
        .collect()
}

/// `$(NAME)` as Kubernetes replaces it, `${NAME}` as a shell does; what is not known stays.
fn expanded(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let close = match after.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            _ => {
                result.push('$');
                rest = after;
                continue;
            }
        };
        let value = after
            .find(close)
            .and_then(|end| Some((known.get(&after[1..end])?, end)));
        match value {
            Some((value, end)) => {
                result.push_str(value);
                rest = &after[end + 1..];
            }
            None => {
                result.push('$');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_variable_are_replaced() {
        let known = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(expanded("x$(A)y${A}", &known), "x1y1");
        assert_eq!(expanded("$A $(B) ${B}$", &known), "$A $(B) ${B}$");
    }
}
