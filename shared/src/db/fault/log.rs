// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde::Serialize;

use super::dies::EtcdText;
use super::kind::FaultKind;

/// Faults told in full; more are only counted.
const CAP: usize = 1000;

/// What a fault means for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing, harmless.
    Note,
    /// Not damage, or damage that etcd gets over.
    Warning,
    /// Data is lost or etcd cannot use the file.
    Damage,
}

/// One step on the way from the root of a bucket: page, and which child was taken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Step {
    /// The branch page (the leaf page in the bucket of buckets).
    pub page: u64,
    /// The element taken.
    pub element: u32,
}

/// Where a fault is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The bucket, when the way leads into one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The way from the root page of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Step>,
    /// The first key the parent puts here (inclusive), as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_key: Option<String>,
    /// The first key that no longer belongs here, as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_key: Option<String>,
}

/// One fault: what, where, and what etcd dies with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What is wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How bad.
    pub severity: Severity,
    /// The kind in words.
    pub words: String,
    /// The page, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Byte offset in the file.
    pub offset: u64,
    /// Where in the tree.
    #[serde(flatten)]
    pub place: Place,
    /// What etcd says when it meets this, by the age of its bbolt; empty when it does not notice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub etcd_says: Vec<EtcdText>,
    /// Sorts faults in the order etcd walks.
    #[serde(skip)]
    pub(crate) order: Vec<u32>,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, page: Option<u64>, offset: u64) -> Self {
        Self {
            severity: kind.severity(),
            words: kind.words(),
            kind,
            page,
            offset,
            place: Place::default(),
            etcd_says: Vec::new(),
            order: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn at(mut self, place: Place, order: Vec<u32>) -> Self {
        self.place = place;
        self.order = order;
        self
    }

    #[must_use]
    pub(crate) fn says(mut self, texts: Vec<EtcdText>) -> Self {
        self.etcd_says = texts;
        self
    }
}

/// Collects faults in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct FaultLog {
    told: Vec<Fault>,
    counts: BTreeMap<&'static str, u64>,
    worst: Option<Severity>,
}

impl FaultLog {
    pub(crate) fn push(&mut self, fault: Fault) {
        *self.counts.entry(fault.kind.name()).or_default() += 1;
        self.worst = self.worst.max(Some(fault.severity));
        if self.told.len() < CAP {
            self.told.push(fault);
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
        self.worst = self.worst.max(other.worst);
        self.told.extend(other.told);
        self.told.sort_by(|a, b| a.order.cmp(&b.order));
        self.told.truncate(CAP);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.counts.contains_key(name)
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.worst == Some(Severity::Damage)
    }

    pub(crate) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// The faults in etcd's walking order.
    pub(crate) fn into_faults(mut self) -> Vec<Fault> {
        self.told.sort_by(|a, b| a.order.cmp(&b.order));
        self.told
    }
}
