// SPDX-License-Identifier: Apache-2.0

//! `--plain`: what a screen reader reads aloud.

use crate::support::{Run, endpoint_flags, lab};

#[test]
fn every_fact_is_a_sentence_without_columns_or_colour() {
    let lab = lab();
    let answer = Run::new()
        .args(endpoint_flags(&lab))
        .args(["--plain", "--fail-on", "degraded"])
        // Whoever forces colour for all programs still gets none here.
        .env("CLICOLOR_FORCE", "1")
        .run();
    assert_eq!(answer.code, 0, "{answer:?}");
    let lines: Vec<&str> = answer.stdout.lines().collect();
    assert!(lines[0].starts_with("Verdict: "), "{}", answer.stdout);
    for member in ["etcd-n1", "etcd-n2", "etcd-n3"] {
        let start = format!("Member {member}: healthy, role ");
        let line = lines.iter().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("{member}: {}", answer.stdout));
        assert!(line.contains(", endpoint https://"), "{line}");
    }
    for (number, line) in lines.iter().enumerate() {
        assert!(!line.contains("  "), "line {number} has columns: {line}");
        assert!(!line.contains('\u{1b}'), "line {number} has colour: {line}");
    }
}
