// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::model::{Finding, Severity, Subject, Version};
use crate::rules::{Family, Rule, RuleInput, rank};

/// etcd's versions.
pub const FAMILY: Family = Family {
    name: "versions",
    rules: &[
        SKEW,
        WIDE_SKEW,
        STORAGE,
        INCONSISTENCY,
        REMOVAL_PANIC,
        END_OF_LIFE,
    ],
    check,
};

const SKEW: Rule = Rule {
    id: "version-skew",
    title: "the members run different versions",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "the members' minor versions are one apart",
    authority: "etcd upgrade guides",
    meaning: "That is the state in the middle of an upgrade. The cluster works as the lower \
              version; it is not meant to stay so.",
    remedy: "Finish the upgrade, one member at a time.",
    reference: "https://etcd.io/docs/latest/upgrades/",
};
const WIDE_SKEW: Rule = Rule {
    id: "version-skew-wide",
    title: "the members' versions are more than one minor apart",
    severity: Severity::Degraded,
    rank: rank::OWN,
    condition: "the members' minor versions are two or more apart",
    authority: "etcd upgrade guides",
    meaning: "etcd supports one minor version of difference only; a member further away does not \
              join again after a restart.",
    remedy: "Bring the members to one version, one minor version at a time.",
    reference: "https://etcd.io/docs/latest/upgrades/",
};
const STORAGE: Rule = Rule {
    id: "storage-version-skew",
    title: "the members' storage versions differ",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "members that tell a storage version (from 3.6) tell different ones",
    authority: "etcd-diagnosis",
    meaning: "The databases have different formats: an upgrade or downgrade stopped halfway.",
    remedy: "Finish the upgrade or the downgrade (`etcdctl downgrade` shows its state).",
    reference: "https://etcd.io/docs/latest/downgrades/downgrading-etcd/",
};
const INCONSISTENCY: Rule = Rule {
    id: "version-data-inconsistency",
    title: "this etcd version can corrupt data",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a member runs 3.5.0, 3.5.1 or 3.5.2",
    authority: "etcd#13766",
    meaning: "When such a member is killed under load, its data may differ from the others' \
              afterwards, without a word.",
    remedy: "Upgrade to the newest 3.5 soon, and compare HashKV (this check does).",
    reference: "https://github.com/etcd-io/etcd/issues/13766",
};
const REMOVAL_PANIC: Rule = Rule {
    id: "version-removal-panic",
    title: "this etcd version panics after a member was removed",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a member runs 3.5.0",
    authority: "etcd#13196; seen live",
    meaning: "After a member is removed, the others panic at their next restart.",
    remedy: "Upgrade to 3.5.1 or later before any member is removed or replaced.",
    reference: "https://github.com/etcd-io/etcd/issues/13196",
};
const END_OF_LIFE: Rule = Rule {
    id: "version-end-of-life",
    title: "this etcd version gets no fixes any more",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "a member runs 3.4 (its last release came in May 2026) or older",
    authority: "etcd releases",
    meaning: "Security and corruption fixes do not come to it any more.",
    remedy: "Plan an upgrade, one minor version at a time; with Kubernetes, the one that its \
             version names.",
    reference: "https://etcd.io/docs/latest/op-guide/versioning/",
};

/// The oldest minor version that still gets fixes.
const OLDEST_MAINTAINED: (u32, u32) = (3, 5);

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut versions: BTreeMap<Version, Vec<&str>> = BTreeMap::new();
    for member in input.own() {
        if let Some(version) = member.seen.version() {
            versions.entry(version).or_default().push(member.label());
        }
    }
    findings.extend(skew(&versions));
    findings.extend(storage(input));
    let bad = |rule: &Rule, cause: &str, is_bad: &dyn Fn(Version) -> bool| {
        let hit: Vec<_> = versions.iter().filter(|(v, _)| is_bad(**v)).collect();
        (!hit.is_empty()).then(|| {
            let finding = rule.finding(Subject::Cluster, cause);
            hit.into_iter()
                .fold(finding, |finding, (version, members)| {
                    finding.shown_by(
                        format!("status of {}", members.join(", ")),
                        version.to_string(),
                    )
                })
        })
    };
    findings.extend(bad(
        &INCONSISTENCY,
        "3.5.0 to 3.5.2 can lose or double changes when they are killed",
        &|v| v >= Version::new(3, 5, 0) && v <= Version::new(3, 5, 2),
    ));
    findings.extend(bad(
        &REMOVAL_PANIC,
        "3.5.0 panics when it replays a removal at its start",
        &|v| v == Version::new(3, 5, 0),
    ));
    findings.extend(bad(
        &END_OF_LIFE,
        "releases of this minor version have ended",
        &|v| v.minor_pair() < OLDEST_MAINTAINED,
    ));
}

fn storage(input: &RuleInput<'_>) -> Option<Finding> {
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for member in input.own() {
        let version = member
            .seen
            .status
            .value()
            .map(|s| s.storage_version.as_str());
        if let Some(version) = version.filter(|v| !v.is_empty()) {
            told.entry(version).or_default().push(member.label());
        }
    }
    (told.len() > 1).then(|| {
        let finding = STORAGE.finding(Subject::Cluster, "an upgrade or downgrade stopped halfway");
        told.iter().fold(finding, |finding, (version, members)| {
            finding.shown_by(format!("status of {}", members.join(", ")), *version)
        })
    })
}

fn skew(versions: &BTreeMap<Version, Vec<&str>>) -> Option<Finding> {
    let lowest = versions.keys().next()?.minor_pair();
    let highest = versions.keys().next_back()?.minor_pair();
    if lowest == highest {
        return None;
    }
    let wide = lowest.0 != highest.0 || highest.1 - lowest.1 > 1;
    let rule = if wide { &WIDE_SKEW } else { &SKEW };
    let finding = rule.finding(
        Subject::Cluster,
        "an upgrade was not finished, or one node was upgraded alone",
    );
    Some(
        versions
            .iter()
            .fold(finding, |finding, (version, members)| {
                finding.shown_by(
                    format!("status of {}", members.join(", ")),
                    version.to_string(),
                )
            }),
    )
}
