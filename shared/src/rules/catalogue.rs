// SPDX-License-Identifier: Apache-2.0

use crate::model::Severity;

use super::{FAMILIES, Rule};

/// What `explain` says about one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Stable id.
    pub id: &'static str,
    /// The family it belongs to.
    pub family: &'static str,
    /// One line: what is wrong.
    pub title: &'static str,
    /// The severity it usually has.
    pub severity: Severity,
    /// When it fires.
    pub condition: &'static str,
    /// Whose threshold that is.
    pub authority: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do in general.
    pub remedy: &'static str,
    /// Where to read more.
    pub reference: &'static str,
}

/// Every rule, in the order of the families.
pub fn catalogue() -> Vec<Entry> {
    FAMILIES
        .iter()
        .flat_map(|family| family.rules.iter().map(|rule| describe(family.name, rule)))
        .collect()
}

/// The rule of this id.
pub fn entry(id: &str) -> Option<Entry> {
    catalogue().into_iter().find(|e| e.id == id)
}

fn describe(family: &'static str, rule: &Rule) -> Entry {
    Entry {
        id: rule.id,
        family,
        title: rule.title,
        severity: rule.severity,
        condition: rule.condition,
        authority: rule.authority,
        meaning: rule.meaning,
        remedy: rule.remedy,
        reference: rule.reference,
    }
}
