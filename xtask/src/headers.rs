// SPDX-License-Identifier: Apache-2.0

//! Every source file says its licence in its first line.

use std::path::Path;
use std::process::Command;

/// The first line of every Rust file (<https://spdx.dev/learn/handling-license-info>).
const HEADER: &str = "// SPDX-License-Identifier: Apache-2.0";

#[test]
fn every_source_file_says_its_licence() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git")
        .current_dir(&root)
        .args(["ls-files", "-z", "*.rs"])
        .output()
        .expect("git runs");
    let listed = String::from_utf8(listed.stdout).expect("names");
    let files: Vec<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    assert!(files.len() > 100, "git lists the files: {}", files.len());
    let without: Vec<&&str> = files
        .iter()
        .filter(|name| {
            let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
            text.lines().next() != Some(HEADER)
        })
        .collect();
    assert!(
        without.is_empty(),
        "put `{HEADER}` first into: {without:#?}"
    );
}
