// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::rules::{catalogue, entry};

#[test]
fn every_rule_explains_itself() {
    let mut seen = BTreeSet::new();
    for rule in catalogue() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        for text in [
            rule.title,
            rule.condition,
            rule.authority,
            rule.meaning,
            rule.remedy,
        ] {
            assert!(!text.is_empty(), "{}", rule.id);
        }
        assert!(!rule.title.ends_with('.'), "{}", rule.id);
        assert!(
            rule.meaning.ends_with('.') && rule.remedy.ends_with('.'),
            "{}",
            rule.id
        );
        let known = rule.reference.starts_with("https://") || rule.reference.starts_with("docs/");
        assert!(known, "{}: {}", rule.id, rule.reference);
        assert_eq!(entry(rule.id).map(|e| e.title), Some(rule.title));
    }
    assert_eq!(entry("no-such-rule"), None);
}

/// docs/rules.md is this text; `UPDATE_DOCS=1 cargo test` writes it anew.
#[test]
fn the_document_names_every_rule() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md");
    let wanted = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == wanted,
        "docs/rules.md differs from the rules: run UPDATE_DOCS=1 cargo test -p shared rules"
    );
}

fn document() -> String {
    let mut text = include_str!("rules_head.md").to_owned();
    let mut family = "";
    for rule in catalogue() {
        if rule.family != family {
            family = rule.family;
            let _ = write!(
                text,
                "\n## {family}\n\n| id | usually | what | when | whose threshold |\n|---|---|---|---|---|\n"
            );
        }
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            rule.id, rule.severity, rule.title, rule.condition, rule.authority
        );
    }
    text
}
