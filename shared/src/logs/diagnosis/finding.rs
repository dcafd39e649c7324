// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use super::types::Finding;
use crate::logs::catalogue::{Severity, Signature};
use crate::logs::scan::{Hit, Identity, Terminal};

/// A finding from a hit.
pub(super) fn finding(signature: &Signature, hit: &Hit, identity: &Identity) -> Finding {
    let mut known = hit.captured.clone();
    for (name, value) in [
        ("member", &identity.member_id),
        ("local_cluster", &identity.cluster_id),
        ("cluster", &identity.cluster_id),
        ("version", &identity.version),
    ] {
        if let Some(value) = value {
            known
                .entry(name.to_owned())
                .or_insert_with(|| value.clone());
        }
    }
    if hit.peers.len() > 1 {
        known.insert("peer".to_owned(), hit.peers.join(", "));
    }
    let cause = signature
        .cause
        .as_deref()
        .and_then(|cause| fill(cause, &known));
    Finding {
        id: signature.id.clone(),
        severity: signature.severity,
        cause: cause.unwrap_or_else(|| signature.title.clone()),
        remedy: signature.remedy.clone(),
        command: signature
            .command
            .as_deref()
            .map(|command| for_member(command, identity)),
        references: signature.references.clone(),
        count: hit.count,
        first: hit.first.clone(),
        last: hit.last.clone(),
        captured: hit.captured.clone(),
        peers: hit.peers.clone(),
    }
}

/// The finding for an end that no signature explains: unknown is said to be unknown.
pub(super) fn unlisted(terminal: &Terminal) -> Finding {
    let said = terminal
        .error
        .clone()
        .unwrap_or_else(|| terminal.evidence.text.clone());
    Finding {
        id: "unlisted-fatal".to_owned(),
        severity: Severity::Fatal,
        cause: format!("etcd stopped with a message that the catalogue does not know: {said}"),
        remedy: "Read the lines before it, and search etcd's issues for its text.".to_owned(),
        command: None,
        references: vec!["https://github.com/etcd-io/etcd/issues".to_owned()],
        count: 1,
        first: terminal.evidence.clone(),
        last: terminal.evidence.clone(),
        captured: BTreeMap::new(),
        peers: Vec::new(),
    }
}

/// `template` with its braces filled, if all of them can be.
fn fill(template: &str, values: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(values.get(name)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// The command with the member's name, if the log tells it.
fn for_member(command: &str, identity: &Identity) -> String {
    let plain = |name: &&String| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
    };
    let name = identity.name.as_ref().filter(plain);
    command.replace("{member}", name.map_or("NAME", String::as_str))
}
