// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, ProbeErrorKind, Severity, Subject};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// The way from here to etcd.
pub const FAMILY: Family = Family {
    name: "access",
    rules: &[
        NOTHING,
        REFUSED,
        CLIENT_CERT,
        CA,
        PLAIN_HTTP,
        NOT_ETCD,
        AUTH,
        FROM_CACHE,
    ],
    check,
};

const NOTHING: Rule = Rule {
    id: "access-nothing-answers",
    title: "no endpoint can be reached",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "every endpoint asked times out or has no route, and no process is seen",
    authority: "the dial timeout in use",
    meaning: "Nothing comes back from any address. That is more often the way from here (VPN, \
              firewall, wrong addresses) than every member dead at once.",
    remedy: "Check that this machine may reach ports 2379 of the members, or use a way that runs \
             beside them (`--docker-host ssh://…`).",
    reference: "docs/access.md",
};
const REFUSED: Rule = Rule {
    id: "access-refused",
    title: "nothing listens at the endpoints given",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "every endpoint asked refuses the connection and no member list is known",
    authority: "TCP",
    meaning: "The hosts answer, but no etcd listens there: etcd is down on all of them, or the \
              addresses or ports are not etcd's.",
    remedy: "Check the endpoints; etcd's client port is 2379 by default.",
    reference: "docs/access.md",
};
const CLIENT_CERT: Rule = Rule {
    id: "access-client-certificate",
    title: "etcd refuses our client certificate",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "the handshake fails at our certificate, or one is wanted and none was given",
    authority: "TLS",
    meaning: "etcd takes clients with a certificate of its own CA only (--client-cert-auth).",
    remedy: "Give a certificate signed by etcd's CA with `--cert` and `--key`.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const CA: Rule = Rule {
    id: "access-ca",
    title: "etcd's certificate is not from the CA given",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "no member's certificate verifies against the CA in use",
    authority: "TLS",
    meaning: "The CA file in use is not the one that signed etcd's certificates; the members are \
              probably well.",
    remedy: "Give etcd's own CA with `--cacert`; it is often not the cluster's Kubernetes CA.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const PLAIN_HTTP: Rule = Rule {
    id: "access-plain-http",
    title: "TLS and plain HTTP are mixed up",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "TLS was spoken to a plain port, or the reverse",
    authority: "TLS",
    meaning: "The endpoint's scheme is not what its port speaks.",
    remedy: "Change `https://` to `http://` in the endpoint, or the reverse.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const NOT_ETCD: Rule = Rule {
    id: "access-not-etcd",
    title: "what answers is not etcd with the v3 API",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "the answer is not etcd's gRPC API",
    authority: "etcd API",
    meaning: "Another server listens on that port, or an etcd so old (before 3.0) or so \
              configured that it has no v3 API.",
    remedy: "Check the endpoint; etcd's client port is 2379 by default.",
    reference: "docs/access.md",
};
const AUTH: Rule = Rule {
    id: "access-user",
    title: "etcd wants a user and password",
    severity: Severity::Critical,
    rank: rank::OWN,
    condition: "a call is refused for lack of, or a wrong, user",
    authority: "etcd authentication",
    meaning: "Authentication is on in this etcd and the user given (or none) is not enough.",
    remedy: "Give a user of the role root with `--user NAME`; the password is asked for, or \
             read from ETCDCTL_PASSWORD.",
    reference: "https://etcd.io/docs/latest/op-guide/authentication/",
};
const FROM_CACHE: Rule = Rule {
    id: "access-from-cache",
    title: "the list of members comes from the cache",
    severity: Severity::Info,
    rank: rank::OWN,
    condition: "nothing that answers told the members",
    authority: "kubectl-etcd",
    meaning: "The members were remembered from an earlier run; the list may have changed since.",
    remedy: "None needed; once etcd answers, the list is read from it again.",
    reference: "docs/access.md",
};

/// Failures that say more about the way than about one member, if all of them show it.
const BY_KIND: &[(&[ProbeErrorKind], &Rule)] = &[
    (&[ProbeErrorKind::ClientCertificate], &CLIENT_CERT),
    (&[ProbeErrorKind::UnknownCa], &CA),
    (&[ProbeErrorKind::PlainHttp], &PLAIN_HTTP),
    (&[ProbeErrorKind::NotEtcd], &NOT_ETCD),
    (&[ProbeErrorKind::Auth], &AUTH),
];

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    if let Some(when) = input.observation.access.from_cache {
        findings.push(
            FROM_CACHE
                .finding(Subject::Access, "nothing that answers told the members")
                .shown_by("cache", format!("topology of {when}")),
        );
    }
    if input.members.is_empty() || input.members.iter().any(|m| m.seen.answered()) {
        return;
    }
    for (kinds, rule) in BY_KIND {
        findings.extend(shared_failure(input, kinds, rule));
    }
    findings.extend(silence(input));
}

/// No member answers, and these fail alike: one finding about the way, not one for each.
fn shared_failure(input: &RuleInput<'_>, kinds: &[ProbeErrorKind], rule: &Rule) -> Option<Finding> {
    let failing = failing_with(input, kinds);
    if failing.is_empty() {
        return None;
    }
    let mut finding = rule.finding(
        Subject::Access,
        format!(
            "{} of {} endpoints fail this way and none answers",
            failing.len(),
            input.members.len()
        ),
    );
    for (member, message) in failing {
        finding = finding.shown_by(member.endpoint(), message);
    }
    Some(finding)
}

fn silence(input: &RuleInput<'_>) -> Option<Finding> {
    let process_seen = input.members.iter().any(|m| m.seen.process.is_some());
    if process_seen {
        return None;
    }
    let all = input.members.len();
    let dead_way = failing_with(
        input,
        &[
            ProbeErrorKind::DialTimeout,
            ProbeErrorKind::NoRoute,
            ProbeErrorKind::Dns,
        ],
    );
    let refused = failing_with(input, &[ProbeErrorKind::Refused]);
    let (rule, failing, cause) = if dead_way.len() == all {
        (&NOTHING, dead_way, "no packet comes back from any of them")
    } else if refused.len() == all && input.quorum.voters == 0 {
        (
            &REFUSED,
            refused,
            "the hosts answer, but nothing listens there",
        )
    } else {
        return None;
    };
    let mut finding = rule.finding(Subject::Access, cause);
    for (member, message) in failing {
        finding = finding.shown_by(member.endpoint(), message);
    }
    Some(finding)
}

fn failing_with<'a>(
    input: &'a RuleInput<'_>,
    kinds: &[ProbeErrorKind],
) -> Vec<(&'a MemberView<'a>, &'a str)> {
    input
        .members
        .iter()
        .filter_map(|m| m.silent_with(kinds).map(|e| (m, e.message.as_str())))
        .collect()
}
