// SPDX-License-Identifier: Apache-2.0

use std::collections::HashMap;

use serde::Serialize;

/// Prefixes told apart; a real cluster has some hundred, the rest is counted together.
const MAX_PREFIXES: usize = 2048;
/// Bytes of a prefix at most.
const MAX_PREFIX_BYTES: usize = 128;
const REST: &[u8] = b"(others)";

/// What the keys below one prefix take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrefixUse {
    /// The prefix, for Kubernetes one resource: `/registry/pods/`.
    pub prefix: String,
    /// The resource, when the prefix is one of Kubernetes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Bytes of keys and values of all revisions.
    pub bytes: u64,
    /// Revisions kept.
    pub revisions: u64,
}

/// A Kubernetes object a key stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Resource {
    /// Plural with its group, as `kubectl get` takes it.
    pub resource: String,
    /// The namespace, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// Adds up what prefixes take, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct PrefixTally {
    uses: HashMap<Box<[u8]>, (u64, u64)>,
}

impl PrefixTally {
    pub(crate) fn add(&mut self, key: &[u8], bytes: u64, revisions: u64) {
        self.add_prefix(prefix_of(key), bytes, revisions);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (prefix, (bytes, revisions)) in other.uses {
            self.add_prefix(&prefix, bytes, revisions);
        }
    }

    fn add_prefix(&mut self, prefix: &[u8], bytes: u64, revisions: u64) {
        if let Some(entry) = self.uses.get_mut(prefix) {
            entry.0 += bytes;
            entry.1 += revisions;
            return;
        }
        let name = if self.uses.len() < MAX_PREFIXES {
            prefix
        } else {
            REST
        };
        let entry = self.uses.entry(name.into()).or_default();
        entry.0 += bytes;
        entry.1 += revisions;
    }

    /// All prefixes, the largest first.
    pub(crate) fn by_bytes(&self) -> Vec<PrefixUse> {
        let mut uses: Vec<PrefixUse> = self
            .uses
            .iter()
            .map(|(prefix, &(bytes, revisions))| PrefixUse {
                resource: resource_name(prefix),
                prefix: String::from_utf8_lossy(prefix).into_owned(),
                bytes,
                revisions,
            })
            .collect();
        uses.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.prefix.cmp(&b.prefix)));
        uses
    }
}

/// The part of a key that names what it belongs to: two segments, three where the second is an
/// API group (`/registry/example.com/widgets/`), for keys without `/` nothing.
fn prefix_of(key: &[u8]) -> &[u8] {
    let mut slashes = key
        .iter()
        .enumerate()
        .filter(|&(_, &byte)| byte == b'/')
        .map(|(at, _)| at);
    let first = slashes.next();
    let Some(first) = first else { return b"" };
    let Some(second) = slashes.next() else {
        return key.get(..=first).unwrap_or_default();
    };
    let Some(third) = slashes.next() else {
        return key.get(..=second).unwrap_or_default();
    };
    let middle = key.get(second + 1..third).unwrap_or_default();
    let end = if middle.contains(&b'.') {
        slashes.next().unwrap_or(third)
    } else {
        third
    };
    key.get(..=end.min(MAX_PREFIX_BYTES)).unwrap_or(key)
}

/// Names Kubernetes stores under another word than `kubectl get` takes.
fn kubectl_name(stored: &str) -> &str {
    match stored {
        "minions" => "nodes",
        "controllers" => "replicationcontrollers",
        "services/specs" => "services",
        "services/endpoints" => "endpoints",
        "ingress" => "ingresses",
        "podsecuritypolicy" => "podsecuritypolicies",
        other => other,
    }
}

fn resource_name(prefix: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(prefix).ok()?;
    let rest = text.strip_prefix("/registry/")?.trim_end_matches('/');
    match rest.split_once('/') {
        Some((group, resource)) if group.contains('.') => Some(format!("{resource}.{group}")),
        _ if rest.is_empty() => None,
        _ => Some(kubectl_name(rest).to_owned()),
    }
}

/// The Kubernetes object behind a key of the form `/registry/[group/]resource/[namespace/]name`.
pub(crate) fn resource_of(key: &[u8]) -> Option<Resource> {
    let text = std::str::from_utf8(key).ok()?;
    if text.chars().any(char::is_control) {
        return None;
    }
    let rest = text.strip_prefix("/registry/")?;
    let mut parts: Vec<&str> = rest.split('/').collect();
    let resource = match parts.as_slice() {
        [group, resource, _, ..] if group.contains('.') => {
            let name = format!("{resource}.{group}");
            parts.drain(..2);
            name
        }
        ["services", kind @ ("specs" | "endpoints"), _, ..] => {
            let name = kubectl_name(&format!("services/{kind}")).to_owned();
            parts.drain(..2);
            name
        }
        [resource, _, ..] => {
            let name = kubectl_name(resource).to_owned();
            parts.drain(..1);
            name
        }
        _ => return None,
    };
    match parts.as_slice() {
        [name] => Some(Resource {
            resource,
            namespace: None,
            name: (*name).to_owned(),
        }),
        [namespace, name @ ..] => Some(Resource {
            resource,
            namespace: Some((*namespace).to_owned()),
            name: name.join("/"),
        }),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(key: &str) -> String {
        let r = resource_of(key.as_bytes()).unwrap();
        format!("{} {:?} {}", r.resource, r.namespace, r.name)
    }

    #[test]
    fn keys_of_kubernetes_are_named_as_kubectl_does() {
        assert_eq!(
            show("/registry/pods/kube-system/dns"),
            "pods Some(\"kube-system\") dns"
        );
        assert_eq!(show("/registry/minions/node1"), "nodes None node1");
        assert_eq!(
            show("/registry/services/specs/default/a"),
            "services Some(\"default\") a"
        );
        assert_eq!(
            show("/registry/example.com/widgets/ns/w"),
            "widgets.example.com Some(\"ns\") w"
        );
        assert_eq!(resource_of(b"/other/pods/a"), None);
    }

    #[test]
    fn the_prefix_is_the_resource() {
        assert_eq!(prefix_of(b"/registry/pods/ns/name"), b"/registry/pods/");
        assert_eq!(
            prefix_of(b"/registry/a.io/widgets/ns/n"),
            b"/registry/a.io/widgets/"
        );
        assert_eq!(prefix_of(b"foo"), b"");
        assert_eq!(prefix_of(b"a/b"), b"a/");
    }

    #[test]
    fn prefixes_without_end_are_counted_together() {
        let mut tally = PrefixTally::default();
        for n in 0..10_000 {
            tally.add(format!("/p{n}/x").as_bytes(), 1, 1);
        }
        let uses = tally.by_bytes();
        assert!(uses.len() <= MAX_PREFIXES + 1);
        assert_eq!(uses.iter().map(|u| u.revisions).sum::<u64>(), 10_000);
        assert_eq!(uses.first().unwrap().prefix, "(others)");
    }
}
