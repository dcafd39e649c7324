// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use crate::logs::catalogue::{Catalogue, Signature, TextKind};

/// Width of the explanation's text, in characters.
const WIDTH: usize = 88;

/// What `explain ID` prints: what it is, its texts by version, the meaning, what to do, where to
/// read on. `None` if there is no such signature.
pub fn explain(catalogue: &Catalogue, id: &str) -> Option<String> {
    let signature = catalogue.get(id)?;
    let mut out = format!("{}: {}\n", signature.id, signature.title);
    let group = catalogue
        .groups()
        .find(|(_, group)| group.letter == signature.group);
    let _ = writeln!(
        out,
        "severity {}, group {}{}",
        signature.severity.name(),
        signature.group,
        group
            .map(|(_, group)| format!(" ({})", group.title))
            .unwrap_or_default()
    );
    let _ = writeln!(out, "\nWhat it means\n{}", wrap(&signature.meaning, "  "));
    let _ = writeln!(out, "\nWhat to do\n{}", wrap(&signature.remedy, "  "));
    if let Some(command) = &signature.command {
        let _ = writeln!(out, "\n  {}", command.replace("{member}", "NAME"));
    }
    let _ = writeln!(out, "\nIts texts");
    for text in &signature.texts {
        let _ = writeln!(out, "  {}", text.pattern.readable());
        let versions = text
            .versions
            .map(|range| format!(", {range}"))
            .unwrap_or_default();
        let _ = writeln!(out, "      {}{versions}", text.kind.name());
    }
    for note in notes(signature) {
        let _ = writeln!(out, "\n{}", wrap(&note, ""));
    }
    let _ = writeln!(out, "\nReferences");
    for reference in &signature.references {
        match link(reference) {
            Some(url) => {
                let _ = writeln!(out, "  {reference}  {url}");
            }
            None => {
                let _ = writeln!(out, "  {reference}");
            }
        }
    }
    Some(out)
}

/// What `explain --list` prints: a line per signature, by group.
pub fn explain_list(catalogue: &Catalogue) -> String {
    let width = catalogue
        .signatures()
        .iter()
        .map(|s| s.id.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (_, group) in catalogue.groups() {
        let _ = writeln!(out, "{}. {}", group.letter, group.title);
        for signature in &group.signatures {
            let _ = writeln!(
                out,
                "  {:width$}  {:8}  {}",
                signature.id,
                signature.severity.name(),
                signature.title
            );
        }
    }
    out
}

/// What the flags of a signature mean to a reader.
pub(super) fn notes(signature: &Signature) -> Vec<String> {
    let mut notes = Vec::new();
    if signature.echo {
        notes.push(
            "It is usually the echo of another trouble, often of another member's.".to_owned(),
        );
    }
    if signature.at_least > 1 {
        notes.push(format!(
            "Fewer than {} such lines are only noted.",
            signature.at_least
        ));
    }
    if !signature.explained_by.is_empty() {
        notes.push(format!(
            "If one of these is found too, that is the cause: {}.",
            signature.explained_by.join(", ")
        ));
    }
    notes
}

/// The address of an issue such as `etcd#10722` or `rancher/rancher#35248`.
pub(super) fn link(reference: &str) -> Option<String> {
    let (repository, number) = reference.split_once('#')?;
    number.parse::<u32>().ok()?;
    let repository = match repository {
        "etcd" | "bbolt" => format!("etcd-io/{repository}"),
        other if other.contains('/') => other.to_owned(),
        _ => return None,
    };
    Some(format!("https://github.com/{repository}/issues/{number}"))
}

fn wrap(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > WIDTH {
            out.push('\n');
            used = 0;
        }
        if used == 0 {
            out.push_str(indent);
            used = indent.len();
        } else {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

impl TextKind {
    /// Where such a text is found, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "in any format",
            Self::Capnslog => "capnslog",
            Self::ZapMsg => "zap, the whole `msg`",
            Self::Plain => "plain text, no logger",
            Self::Os => "text of Go, the kernel or the runtime",
        }
    }
}
