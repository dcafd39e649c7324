// SPDX-License-Identifier: Apache-2.0

use std::fmt::Write as _;

use crate::error::ShownError;
use crate::logs::{self, Catalogue};
use crate::rules::{self, Entry};

/// What an id means and what to do, as text.
pub fn explain(id: &str) -> Result<String, ShownError> {
    let signatures = signatures()?;
    if let Some(entry) = rules::entry(id) {
        return Ok(rule_text(&entry));
    }
    if let Some(text) = logs::explain(signatures, id) {
        return Ok(text);
    }
    let mut error = ShownError::usage(format!("there is no finding with the id {id:?}"));
    let near = nearest(id, &all_ids()?);
    if !near.is_empty() {
        error = error.caused_by(format!("the nearest are {}", near.join(", ")));
    }
    Err(error.hinted("list all of them with `kubectl etcd-health explain --list`"))
}

/// Every id with its title, rules first.
pub fn explain_list() -> Result<String, ShownError> {
    let mut out = String::from("Findings from what is observed:\n");
    let entries = rules::catalogue();
    let width = entries
        .iter()
        .map(|entry| entry.id.len())
        .max()
        .unwrap_or(0);
    for entry in entries {
        let _ = writeln!(
            out,
            "  {:width$}  {:<8}  {}",
            entry.id, entry.severity, entry.title
        );
    }
    out.push_str("\nSignatures in logs:\n");
    out.push_str(&logs::explain_list(signatures()?));
    Ok(out)
}

/// Every id, for completion.
pub fn all_ids() -> Result<Vec<String>, ShownError> {
    let rules = rules::catalogue()
        .into_iter()
        .map(|entry| entry.id.to_owned());
    let logs = signatures()?
        .signatures()
        .iter()
        .map(|signature| signature.id.clone());
    Ok(rules.chain(logs).collect())
}

fn signatures() -> Result<&'static Catalogue, ShownError> {
    logs::catalogue().map_err(|error| {
        ShownError::failed("the built-in catalogue cannot be read").caused_by(error)
    })
}

fn rule_text(entry: &Entry) -> String {
    format!(
        "{id}: {title}\nseverity {severity}, family {family}\n\nWhen it is found\n  {condition}\n  \
         Threshold: {authority}\n\nWhat it means\n  {meaning}\n\nWhat to do\n  {remedy}\n\nRead more\n  \
         {reference}\n",
        id = entry.id,
        title = entry.title,
        severity = entry.severity,
        family = entry.family,
        condition = entry.condition,
        authority = entry.authority,
        meaning = entry.meaning,
        remedy = entry.remedy,
        reference = entry.reference,
    )
}

/// Ids that share a word with what was asked for, at most five.
fn nearest(id: &str, all: &[String]) -> Vec<String> {
    let words: Vec<&str> = id.split('-').filter(|word| word.len() > 1).collect();
    let mut near: Vec<(usize, &String)> = all
        .iter()
        .map(|other| {
            (
                words.iter().filter(|word| other.contains(**word)).count(),
                other,
            )
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    near.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    near.into_iter()
        .take(5)
        .map(|(_, other)| other.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_explained_and_listed() {
        let list = explain_list().unwrap();
        for id in all_ids().unwrap() {
            let text = explain(&id).unwrap_or_else(|error| panic!("{error}"));
            assert!(text.starts_with(&id), "{id}: {text}");
            assert!(list.contains(&id), "{id} is not listed");
        }
    }

    #[test]
    fn an_unknown_id_names_its_neighbours() {
        let error = explain("multiref").unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        assert!(error.to_string().contains("db-multiref"), "{error}");
    }
}
