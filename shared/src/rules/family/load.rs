// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, Metrics, Severity};
use crate::rules::histogram::{Window, growth, label_value, p99, window};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// Network between the members, elections, requests.
pub const FAMILY: Family = Family {
    name: "load",
    rules: &[
        PEER_CUT,
        PEER_SLOW,
        LEADER_CHANGES,
        FAILED,
        PENDING,
        HEARTBEATS,
        SLOW_APPLIES,
        FILES,
    ],
    check,
};

const PEER_CUT: Rule = Rule {
    id: "peer-disconnected",
    title: "two healthy members have no connection to each other",
    severity: Severity::Warning,
    rank: rank::OWN + 1,
    condition: "etcd_network_active_peers is 0 for a member that is healthy (from 3.4)",
    authority: "etcd metrics guide",
    meaning: "Both work, but not with each other: the network between their peer ports is cut. \
              If the leader moves to one of them, the other is lost.",
    remedy: "Check port 2380 between these two nodes, both ways, and the peer certificates.",
    reference: "https://etcd.io/docs/latest/metrics/",
};
const PEER_SLOW: Rule = Rule {
    id: "peer-slow",
    title: "the way to another member is slow",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "p99 of the round trip to a peer over 150 ms between two samples; over the \
                process's lifetime info",
    authority: "etcd mixin (150 ms)",
    meaning: "Every write waits for the round trip to a majority. The election timeout should be \
              ten times the round trip.",
    remedy: "Look at the network between the two nodes; for members far apart raise \
             --heartbeat-interval and --election-timeout on all members.",
    reference: "https://etcd.io/docs/latest/tuning/#time-parameters",
};
const LEADER_CHANGES: Rule = Rule {
    id: "leader-changes",
    title: "the leader changes often",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "4 leader changes or more seen within 15 minutes; as an average over the \
                process's lifetime info",
    authority: "etcd mixin (4 in 15 min)",
    meaning: "The members lose their leader again and again: a slow disk or network, or too \
              little CPU on the leader's node. Each time requests wait or fail.",
    remedy: "Look at disk and CPU of the leader's node and at the network between the members.",
    reference: "https://etcd.io/docs/latest/tuning/",
};
const FAILED: Rule = Rule {
    id: "proposals-failed",
    title: "changes fail to be agreed on",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "more than 5 failed proposals in 15 minutes between two samples",
    authority: "etcd mixin",
    meaning: "Writes were given up: an election was going on, or no quorum could be reached.",
    remedy: "Look for leader changes and for members that cannot be reached.",
    reference: "https://etcd.io/docs/latest/metrics/",
};
const PENDING: Rule = Rule {
    id: "proposals-pending",
    title: "changes pile up",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "more than 5 pending proposals, and more than at the sample before",
    authority: "etcd metrics guide",
    meaning: "Writes come in faster than they are agreed on.",
    remedy: "Look at the disk of the members and at the load of writes.",
    reference: "https://etcd.io/docs/latest/metrics/",
};
const HEARTBEATS: Rule = Rule {
    id: "heartbeats-missed",
    title: "the leader sends heartbeats too late",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "etcd_server_heartbeat_send_failures_total grew between two samples",
    authority: "etcd metrics guide",
    meaning: "The leader was held up, usually by its disk or a lack of CPU; followers may call an \
              election.",
    remedy: "Look at disk and CPU of the leader's node.",
    reference: "https://etcd.io/docs/latest/tuning/",
};
pub(super) const SLOW_APPLIES: Rule = Rule {
    id: "slow-applies",
    title: "requests take long to apply",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "etcd_server_slow_apply_total or etcd_server_slow_read_indexes_total grew between \
                two samples",
    authority: "etcd FAQ (100 ms)",
    meaning: "Applying a request took over 100 ms: large ranges, a slow disk or little CPU.",
    remedy: "Look at the disk and CPU, and at clients that list much.",
    reference: "https://etcd.io/docs/latest/faq/",
};
pub(super) const FILES: Rule = Rule {
    id: "file-descriptors",
    title: "etcd runs out of file descriptors",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "80 % of the limit in use",
    authority: "etcd (etcdserver/metrics.go)",
    meaning: "At the limit etcd takes no more connections and cannot open its own files.",
    remedy: "Raise the limit (LimitNOFILE, ulimit), and look for clients that leave connections \
             open.",
    reference: "https://etcd.io/docs/latest/op-guide/performance/",
};

const QUARTER_HOUR_SECONDS: f64 = 900.0;

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (_, member) in input.listed() {
        let Some(metrics) = member.seen.metrics.value() else {
            continue;
        };
        peers(input, member, metrics, findings);
        cut_off(input, member, metrics, findings);
        findings.extend(leader_changes(member, metrics));
        if let Window::Seconds(seconds) = window(metrics) {
            sampled(member, metrics, seconds, findings);
        }
        findings.extend(files(member, metrics));
    }
}

fn peers(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    metrics: &Metrics,
    findings: &mut Vec<Finding>,
) {
    let window = window(metrics);
    for (labels, seconds) in p99(metrics, "etcd_network_peer_round_trip_time_seconds") {
        if seconds <= 0.15 {
            continue;
        }
        let to = label_value(&labels, "To").unwrap_or(&labels);
        let name = input
            .listed()
            .find(|(l, _)| l.id.to_string() == to)
            .map_or(to, |(_, m)| m.label());
        let severity = match window {
            Window::Seconds(_) => Severity::Warning,
            Window::Lifetime => Severity::Info,
        };
        findings.push(
            PEER_SLOW
                .finding(
                    member.subject(),
                    format!("answers from {name} take long to come back"),
                )
                .rated(severity)
                .shown_by(
                    format!("metrics of {}", member.label()),
                    format!(
                        "round trip to {name} p99 {:.0} ms {}",
                        seconds * 1000.0,
                        window.label()
                    ),
                ),
        );
    }
}

/// Between members that are both healthy; to a sick one it only follows.
fn cut_off(
    input: &RuleInput<'_>,
    member: &MemberView<'_>,
    metrics: &Metrics,
    findings: &mut Vec<Finding>,
) {
    if !member.health.is_healthy() {
        return;
    }
    let series = &metrics.now.values;
    for (name, active) in series.range("etcd_network_active_peers{".to_owned()..) {
        let Some(labels) = name
            .strip_prefix("etcd_network_active_peers{")
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            break;
        };
        let remote = label_value(labels, "Remote").unwrap_or_default();
        let peer = input
            .listed()
            .find(|(l, m)| l.id.to_string() == remote && m.health.is_healthy());
        if let Some((_, peer)) = peer.filter(|_| *active <= 0.0) {
            findings.push(
                PEER_CUT
                    .finding(
                        member.subject(),
                        format!(
                            "it has no peer connection to {}, which is healthy",
                            peer.label()
                        ),
                    )
                    .shown_by(
                        format!("metrics of {}", member.label()),
                        format!("{name} 0"),
                    ),
            );
        }
    }
}

fn leader_changes(member: &MemberView<'_>, metrics: &Metrics) -> Option<Finding> {
    let changes = growth(metrics, "etcd_server_leader_changes_seen_total")?;
    let window = window(metrics);
    let (seconds, severity) = match window {
        Window::Seconds(seconds) => (seconds, Severity::Warning),
        Window::Lifetime => (lifetime_seconds(metrics)?, Severity::Info),
    };
    let windows = (seconds / QUARTER_HOUR_SECONDS).max(1.0);
    if changes < 4.0 || changes / windows < 4.0 {
        return None;
    }
    Some(
        LEADER_CHANGES
            .finding(
                member.subject(),
                "the members lose their leader again and again",
            )
            .rated(severity)
            .shown_by(
                format!("metrics of {}", member.label()),
                format!("{changes:.0} leader changes {}", window.label()),
            ),
    )
}

fn lifetime_seconds(metrics: &Metrics) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)]
    let now = metrics.now.taken_at?.as_second() as f64;
    let seconds = now - metrics.now.process_start_seconds;
    (metrics.now.process_start_seconds > 0.0 && seconds > 0.0).then_some(seconds)
}

/// What only means something between two samples.
fn sampled(member: &MemberView<'_>, metrics: &Metrics, seconds: f64, findings: &mut Vec<Finding>) {
    let grown = |name| growth(metrics, name).filter(|g| *g > 0.0);
    let over = format!("over the last {seconds:.0} s");
    let source = format!("metrics of {}", member.label());
    let windows = (seconds / QUARTER_HOUR_SECONDS).max(1.0);
    let failed = grown("etcd_server_proposals_failed_total");
    if let Some(failed) = failed.filter(|f| f / windows > 5.0) {
        findings.push(
            FAILED
                .finding(
                    member.subject(),
                    "writes were given up before they were agreed on",
                )
                .shown_by(&source, format!("{failed:.0} failed proposals {over}")),
        );
    }
    let pending = |sample: &crate::model::MetricSample| {
        sample
            .values
            .get("etcd_server_proposals_pending")
            .copied()
            .unwrap_or(0.0)
    };
    let before = metrics.before.as_ref().map_or(0.0, pending);
    let now = pending(&metrics.now);
    if now > 5.0 && now > before {
        findings.push(
            PENDING
                .finding(
                    member.subject(),
                    "writes come in faster than they are agreed on",
                )
                .shown_by(
                    &source,
                    format!("{now:.0} pending proposals, {before:.0} before"),
                ),
        );
    }
    if let Some(missed) = grown("etcd_server_heartbeat_send_failures_total") {
        findings.push(
            HEARTBEATS
                .finding(member.subject(), "it was held up while it led")
                .shown_by(&source, format!("{missed:.0} late heartbeats {over}")),
        );
    }
    for (name, what) in [
        ("etcd_server_slow_apply_total", "slow applies"),
        ("etcd_server_slow_read_indexes_total", "slow read indexes"),
        (
            "etcd_server_read_indexes_failed_total",
            "failed read indexes",
        ),
    ] {
        if let Some(slow) = grown(name) {
            findings.push(
                SLOW_APPLIES
                    .finding(
                        member.subject(),
                        "requests took over 100 ms to apply or confirm",
                    )
                    .shown_by(&source, format!("{slow:.0} {what} {over}")),
            );
        }
    }
}

/// The process's own counts, or etcd's where those are missing.
fn files(member: &MemberView<'_>, metrics: &Metrics) -> Option<Finding> {
    let value = |name: &str| metrics.now.values.get(name).copied();
    let open = value("process_open_fds").or_else(|| value("os_fd_used"))?;
    let limit = value("process_max_fds").or_else(|| value("os_fd_limit"))?;
    if limit <= 0.0 || open / limit < 0.8 {
        return None;
    }
    Some(
        FILES
            .finding(
                member.subject(),
                "it has nearly as many files and connections open as it may",
            )
            .shown_by(
                format!("metrics of {}", member.label()),
                format!("{open:.0} of {limit:.0} in use"),
            ),
    )
}
