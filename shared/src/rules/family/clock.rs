// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Severity};
use crate::rules::{Family, Rule, RuleInput, rank};

/// Clocks.
pub const FAMILY: Family = Family {
    name: "clock",
    rules: &[DIFFERS],
    check,
};

/// etcd's prober warns from here (rafthttp/probing_status.go).
const MOST_SECONDS: f64 = 1.0;
/// The Date header counts whole seconds.
const HEADER_SECONDS: f64 = 1.0;

pub(super) const DIFFERS: Rule = Rule {
    id: "clock-differs",
    title: "a member's clock is off",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "more than 1 s from the other members' (1 s more is allowed for the Date header, \
                which counts whole seconds)",
    authority: "etcd (peer prober)",
    meaning: "Raft needs no clocks, but leases, certificates and comparing logs do.",
    remedy: "Check the time synchronisation (chrony, systemd-timesyncd) on that node.",
    reference: "https://etcd.io/docs/latest/faq/",
};

/// Against the middle of the members, not against us: our own clock may be the one that is off.
fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let mut offsets: Vec<_> = input
        .listed()
        .filter_map(|(_, m)| m.seen.clock_offset_seconds)
        .filter(|o| o.is_finite())
        .collect();
    offsets.sort_by(f64::total_cmp);
    let Some(middle) = offsets.get(offsets.len().saturating_sub(1) / 2).copied() else {
        return;
    };
    for (_, member) in input.listed() {
        let Some(offset) = member.seen.clock_offset_seconds else {
            continue;
        };
        let off = offset - middle;
        if off.abs() <= MOST_SECONDS + HEADER_SECONDS {
            continue;
        }
        findings.push(
            DIFFERS
                .finding(
                    member.subject(),
                    "its clock differs from the other members'",
                )
                .shown_by(
                    format!("Date header of {}", member.label()),
                    format!("{off:+.1} s against the other members, {offset:+.1} s against here"),
                ),
        );
    }
}
