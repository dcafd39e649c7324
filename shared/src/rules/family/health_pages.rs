// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, HttpHealth, Probe, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// `/health` and `/readyz`.
pub const FAMILY: Family = Family {
    name: "health pages",
    rules: &[HEALTH, READYZ],
    check,
};

const HEALTH: Rule = Rule {
    id: "health-page",
    title: "/health says unhealthy",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 1,
    condition: "/health answers that the member is not healthy",
    authority: "etcd (etcdhttp/health.go)",
    meaning: "etcd's own page tells of an alarm, a lost leader or a failing read; probes of \
              Kubernetes use this page.",
    remedy: "Follow the reason it gives.",
    reference: "https://etcd.io/docs/latest/op-guide/monitoring/",
};
const READYZ: Rule = Rule {
    id: "readyz-page",
    title: "/readyz says not ready",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 1,
    condition: "/readyz answers with a failing check (from 3.4.29 and 3.5.11)",
    authority: "etcd (etcdhttp/health.go)",
    meaning: "One of etcd's own checks fails: data_corruption, serializable_read, \
              linearizable_read or non_learner.",
    remedy: "Follow the check that fails.",
    reference: "https://etcd.io/docs/latest/op-guide/monitoring/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (listed, member) in input.listed() {
        // Both pages try a linearizable read, which a learner does not serve: they say
        // nothing of it (check non_learner of /readyz from 3.5.19, /health before 3.4.29).
        if !listed.is_learner {
            findings.extend(page(member, &HEALTH, &member.seen.http_health));
            findings.extend(page(member, &READYZ, &member.seen.http_readyz));
        }
    }
}

fn page(member: &MemberView<'_>, rule: &Rule, probe: &Probe<HttpHealth>) -> Option<Finding> {
    let page = probe.value()?;
    // Before 3.4.29 and 3.5.11 there is no /readyz.
    if page.healthy || page.status_code == 404 {
        return None;
    }
    let reason = if page.reason.is_empty() {
        "no reason given"
    } else {
        &page.reason
    };
    Some(
        rule.finding(member.subject(), format!("etcd itself says: {reason}"))
            .shown_by(&page.url, format!("{} {reason}", page.status_code)),
    )
}
