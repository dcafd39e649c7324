// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use super::entry::{link, notes};
use crate::logs::catalogue::Catalogue;

/// The pages of docs/catalogue as (file name, Markdown): an index and one page per group.
pub fn catalogue_markdown(catalogue: &Catalogue) -> Vec<(String, String)> {
    let mut index = String::from(
        "# Catalogue of log signatures\n\nWritten by `cargo xtask docs` from \
         `shared/src/logs/catalogue/`; do not edit. [How they are matched](../log-signatures.md).\n\n\
         | signature | severity | what it is |\n|---|---|---|\n",
    );
    let mut pages = Vec::new();
    for (file, group) in catalogue.groups() {
        let mut page = format!(
            "# {}. {}\n\nWritten by `cargo xtask docs` from `shared/src/logs/catalogue/{file}.yaml`; \
             do not edit.\n",
            group.letter, group.title
        );
        for signature in &group.signatures {
            let severity = signature.severity.name();
            let _ = writeln!(
                index,
                "| [{}]({file}.md#{}) | {severity} | {} |",
                signature.id,
                signature.id,
                cell(&signature.title)
            );
            let _ = writeln!(
                page,
                "\n## {}\n\n**{severity}**: {}.\n",
                signature.id, signature.title
            );
            let _ = writeln!(
                page,
                "{}\n\n**What to do.** {}\n",
                signature.meaning, signature.remedy
            );
            if let Some(command) = &signature.command {
                let _ = writeln!(
                    page,
                    "```sh\n{}\n```\n",
                    command.replace("{member}", "NAME")
                );
            }
            let _ = writeln!(page, "| text | where | releases |\n|---|---|---|");
            for text in &signature.texts {
                let versions = text
                    .versions
                    .map(|range| range.to_string())
                    .unwrap_or_default();
                let readable = cell(&text.pattern.readable());
                let _ = writeln!(page, "| `{readable}` | {} | {versions} |", text.kind.name());
            }
            for note in notes(signature) {
                let _ = writeln!(page, "\n{note}");
            }
            let references: Vec<String> = signature
                .references
                .iter()
                .map(|reference| match link(reference) {
                    Some(url) => format!("[{reference}]({url})"),
                    None => reference.clone(),
                })
                .collect();
            let _ = writeln!(page, "\nReferences: {}", references.join(", "));
        }
        pages.push((format!("{file}.md"), page));
    }
    pages.insert(0, ("README.md".to_owned(), index));
    pages
}

/// Text inside a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
