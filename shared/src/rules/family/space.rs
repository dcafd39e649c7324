// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Severity, Status};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// The size of the database.
pub const FAMILY: Family = Family {
    name: "space",
    rules: &[QUOTA, FRAGMENTED],
    check,
};

/// etcd's quota where none is set (server/storage/quota.go, DefaultQuotaBytes).
const DEFAULT_QUOTA_BYTES: i64 = 2 * 1024 * 1024 * 1024;
const MIB: f64 = 1024.0 * 1024.0;

const QUOTA: Rule = Rule {
    id: "db-near-quota",
    title: "the database comes close to its quota",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "database size over quota: from 80 % warning, from 95 % critical",
    authority: "etcd-diagnosis (80 %), OpenShift runbook (85 %), etcd mixin (95 %)",
    meaning: "At 100 % etcd raises NOSPACE and takes no writes any more.",
    remedy: "Defragment each member one at a time (the leader last) if much of it is free; else \
             find out what fills it (events, secrets of helm releases, custom resources), or \
             raise --quota-backend-bytes (8 GiB at most is advised).",
    reference: "https://etcd.io/docs/latest/op-guide/maintenance/#space-quota",
};
const FRAGMENTED: Rule = Rule {
    id: "db-fragmented",
    title: "much of the database file is free space",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "more than 45 % of a file of 100 MB or more is free, or more than half where over \
                100 MiB are in use",
    authority: "cluster-etcd-operator (45 %, 100 MB), etcd mixin (0.5, 100 MiB)",
    meaning: "Deleted and compacted revisions leave free pages in the file; they count towards \
              the quota until the file is defragmented.",
    remedy: "Defragment this member; it does not answer meanwhile, so one member at a time, the \
             leader last.",
    reference: "https://etcd.io/docs/latest/op-guide/maintenance/#defragmentation",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for member in input.own() {
        if let Some(status) = member.seen.status.value() {
            findings.extend(quota(input, member, status));
            findings.extend(fragmentation(input, member, status));
        }
    }
}

fn quota(input: &RuleInput<'_>, member: &MemberView<'_>, status: &Status) -> Option<Finding> {
    let (quota, whose) = quota_bytes(member, status)?;
    let share = share(status.db_size_bytes, quota)?;
    let severity = match share {
        s if s >= 0.95 => Severity::Critical,
        s if s >= 0.80 => Severity::Warning,
        _ => return None,
    };
    Some(
        QUOTA
            .finding(
                member.subject(),
                format!(
                    "its database has reached {:.0} % of its quota",
                    share * 100.0
                ),
            )
            .rated(severity)
            .shown_by(
                format!("status of {}", member.label()),
                format!(
                    "{:.0} of {:.0} MiB ({:.1} %; quota {whose}), {:.0} MiB in use",
                    mib(status.db_size_bytes),
                    mib(quota),
                    share * 100.0,
                    mib(status.db_size_in_use_bytes)
                ),
            )
            .with_command(input.etcdctl_command(member, "defrag")),
    )
}

/// What etcd says itself (3.6), its metric, its flag, else the default.
fn quota_bytes(member: &MemberView<'_>, status: &Status) -> Option<(i64, &'static str)> {
    if status.db_size_quota_bytes > 0 {
        return Some((status.db_size_quota_bytes, "from its status"));
    }
    let metric = member
        .seen
        .metrics
        .value()
        .and_then(|m| m.now.values.get("etcd_server_quota_backend_bytes"));
    if let Some(bytes) = metric.filter(|b| **b > 0.0) {
        // Quotas are far below 2^53.
        #[allow(clippy::cast_possible_truncation)]
        return Some((*bytes as i64, "from its metrics"));
    }
    let flag = member
        .seen
        .process
        .as_ref()
        .and_then(|p| p.config.get("quota-backend-bytes"));
    match flag.and_then(|f| f.parse::<i64>().ok()) {
        // A negative quota turns it off.
        Some(bytes) if bytes < 0 => None,
        Some(bytes) if bytes > 0 => Some((bytes, "from its flags")),
        _ => Some((DEFAULT_QUOTA_BYTES, "etcd's default")),
    }
}

fn fragmentation(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    status: &Status,
) -> Option<Finding> {
    // Before 3.4 the size in use is not told.
    if status.db_size_in_use_bytes <= 0 {
        return None;
    }
    let in_use = share(status.db_size_in_use_bytes, status.db_size_bytes)?;
    #[allow(clippy::cast_precision_loss)]
    let openshift = in_use < 0.55 && status.db_size_bytes as f64 >= 100.0e6;
    let mixin = in_use < 0.5 && mib(status.db_size_in_use_bytes) > 100.0;
    if !openshift && !mixin {
        return None;
    }
    Some(
        FRAGMENTED
            .finding(
                member.subject(),
                "deleted and compacted revisions left free pages in the file",
            )
            .shown_by(
                format!("status of {}", member.label()),
                format!(
                    "{:.0} of {:.0} MiB in use ({:.0} % free)",
                    mib(status.db_size_in_use_bytes),
                    mib(status.db_size_bytes),
                    (1.0 - in_use) * 100.0
                ),
            )
            .with_command(input.etcdctl_command(member, "defrag")),
    )
}

#[allow(clippy::cast_precision_loss)]
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[allow(clippy::cast_precision_loss)]
fn mib(bytes: i64) -> f64 {
    bytes as f64 / MIB
}
