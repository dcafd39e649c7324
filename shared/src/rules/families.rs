// SPDX-License-Identifier: Apache-2.0

use crate::model::Finding;

use super::{Rule, RuleInput, family};

/// One family of rules: what it can find, and how.
pub struct Family {
    /// Its name, as docs/rules.md heads it.
    pub name: &'static str,
    /// Its rules.
    pub rules: &'static [Rule],
    /// Looks at the input and adds what it finds.
    pub check: fn(&RuleInput<'_>, &mut Vec<Finding>),
}

/// Every family; one line each. The order does not matter to the result.
pub const FAMILIES: &[Family] = &[
    family::quorum_loss::FAMILY,
    family::logs::FAMILY,
    family::identity::FAMILY,
    family::process::FAMILY,
    family::reachability::FAMILY,
    family::access::FAMILY,
    family::membership::FAMILY,
    family::learners::FAMILY,
    family::leftovers::FAMILY,
    family::safeguards::FAMILY,
    family::consistency::FAMILY,
    family::alarms::FAMILY,
    family::space::FAMILY,
    family::disk::FAMILY,
    family::load::FAMILY,
    family::certificates::FAMILY,
    family::versions::FAMILY,
    family::clock::FAMILY,
    family::kubernetes::FAMILY,
    family::pods::FAMILY,
    family::manifests::FAMILY,
    family::health_pages::FAMILY,
];
