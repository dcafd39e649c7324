// SPDX-License-Identifier: Apache-2.0

use crate::model::{Finding, MemberHealth, ProbeErrorKind, ProcessState, Severity};
use crate::rules::{Family, MemberView, Rule, RuleInput, advice, rank};

use super::certificates;

/// Whether members answer.
pub const FAMILY: Family = Family {
    name: "reachability",
    rules: &[
        BROKEN,
        TLS,
        PLAIN_HTTP,
        NOT_ETCD,
        UNREACHABLE,
        REFUSED,
        NO_ANSWER,
        NAME,
        NO_QUORUM_READ,
        SERVER_ERROR,
        NOT_ASKED,
    ],
    check,
};

const UNREACHABLE: Rule = Rule {
    id: "member-unreachable",
    title: "the member cannot be reached",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 4,
    condition: "the dial to its client URL times out, or there is no route",
    authority: "the dial timeout in use",
    meaning: "Packets to the member get no answer: the node is off, its network is down, or \
              something drops the packets on the way. Whether etcd lives there cannot be told \
              from here.",
    remedy: "Check the node's power and network, and firewalls between here, the members and it, \
             on ports 2379 and 2380. Do not replace it while it may still run.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const REFUSED: Rule = Rule {
    id: "member-refused",
    title: "nothing listens on the member's client port",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 3,
    condition: "the connection to its client URL is refused",
    authority: "TCP",
    meaning: "The host answers, but no etcd listens: it has ended, it crashes before it listens, \
              or its client URL is wrong.",
    remedy: "Look at the etcd process on that host and at the end of its log.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const NO_ANSWER: Rule = Rule {
    id: "member-no-answer",
    title: "the member accepts connections and answers nothing",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 5,
    condition: "connected, but no call is answered within the command timeout",
    authority: "the command timeout in use",
    meaning: "The port is open, but etcd behind it is frozen, waits for its database file (held by \
              another process, or walked page by page on a slow disk), or its disk hangs.",
    remedy: "Look at the process's state, at who holds member/snap/db, and at the disk.",
    reference: "https://etcd.io/docs/latest/faq/",
};
const NAME: Rule = Rule {
    id: "member-name-unresolved",
    title: "the name in the member's client URL does not resolve here",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 4,
    condition: "the host name of its client URL does not resolve",
    authority: "DNS",
    meaning: "The client URL names a host that is not known on this machine; the members may well \
              know it.",
    remedy: "Fix DNS or run the check where the name resolves.",
    reference: "https://etcd.io/docs/latest/op-guide/clustering/",
};
const NO_QUORUM_READ: Rule = Rule {
    id: "no-quorum-read",
    title: "the member lives but cannot confirm a read",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 2,
    condition: "status or a serializable read is answered, a linearizable read is not",
    authority: "etcd API guarantees",
    meaning: "It serves its own copy of the data, but has no contact with a leader that has a \
              quorum.",
    remedy: "Check its peer port (2380) to and from the other members.",
    reference: "https://etcd.io/docs/latest/learning/api_guarantees/",
};
const SERVER_ERROR: Rule = Rule {
    id: "member-error",
    title: "the member answers reads with an error",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 6,
    condition: "a read is answered with an error of etcd's own",
    authority: "etcd API",
    meaning: "etcd runs, but refuses the request; its own words say why.",
    remedy: "Follow the error's text.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const BROKEN: Rule = Rule {
    id: "member-connection-breaks",
    title: "the connection to the member breaks",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 3,
    condition: "connected, and the connection ends without an answer",
    authority: "TCP",
    meaning: "Something takes the connection and drops it: an etcd that ends just then, a proxy \
              with nothing behind it, or another program.",
    remedy: "Look at the etcd process on that host and at the end of its log.",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const TLS: Rule = Rule {
    id: "member-tls",
    title: "the TLS handshake with the member fails",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 6,
    condition: "its handshake fails, or it refuses our certificate, while other members answer",
    authority: "TLS",
    meaning: "This member's certificate, key or CA file differs from the others'.",
    remedy: "Compare its --cert-file, --key-file and --trusted-ca-file with the other members'.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const PLAIN_HTTP: Rule = Rule {
    id: "member-plain-http",
    title: "the member speaks plain HTTP where TLS is expected, or the reverse",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 6,
    condition: "its port answers in the other protocol, while other members answer",
    authority: "TLS",
    meaning: "The scheme of its --listen-client-urls is not that of its advertised client URL.",
    remedy: "Make --listen-client-urls and --advertise-client-urls agree on http or https.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const NOT_ETCD: Rule = Rule {
    id: "member-not-etcd",
    title: "something that is not etcd answers at the member's address",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM + 7,
    condition: "its port answers without etcd's v3 API, while other members answer",
    authority: "etcd API",
    meaning: "Another program took the port, or the address belongs to another machine now.",
    remedy: "See what listens there (`ss -ltnp` on the node).",
    reference: "https://etcd.io/docs/latest/op-guide/failures/",
};
const NOT_ASKED: Rule = Rule {
    id: "member-not-asked",
    title: "the member could not be asked",
    severity: Severity::Degraded,
    rank: rank::SYMPTOM,
    condition: "a listed member has no endpoint that can be asked from here",
    authority: "kubectl-etcd",
    meaning: "There is no way to the member with the access in use, so nothing is known of it.",
    remedy: "Give its endpoint with `--endpoints`, or a Docker engine with `--docker-host`.",
    reference: "docs/access.md",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for (_, member) in input.listed() {
        if member.health.is_healthy() {
            continue;
        }
        if let Some(finding) = silent(input, member).or_else(|| partial(input, member)) {
            findings.push(finding);
        }
    }
}

/// Nothing of etcd's API answered.
fn silent(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<Finding> {
    if member.seen.answered() {
        return None;
    }
    let Some(error) = member.api_error() else {
        return not_asked(input, member);
    };
    let (rule, cause) = match error.kind {
        ProbeErrorKind::DialTimeout | ProbeErrorKind::NoRoute => (
            &UNREACHABLE,
            "no packet comes back from its address, so it is not known whether etcd runs there",
        ),
        ProbeErrorKind::Refused => (&REFUSED, "its host answers, but no etcd listens there"),
        ProbeErrorKind::NoAnswer => (
            &NO_ANSWER,
            "the port is open, but etcd behind it is frozen or waits for its database or disk",
        ),
        ProbeErrorKind::Dns => (&NAME, "its client URL names a host unknown on this machine"),
        ProbeErrorKind::Server | ProbeErrorKind::NoLeader => {
            (&SERVER_ERROR, "etcd runs there and refuses the call")
        }
        ProbeErrorKind::Other => (&BROKEN, "something there takes the connection and drops it"),
        // If nobody answers, it is more likely our side: then the family "access" speaks.
        _ if member.health.is_unknown() => return None,
        ProbeErrorKind::UnknownCa => (
            &certificates::FOREIGN,
            "its certificate was signed by another CA than the other members'",
        ),
        ProbeErrorKind::CertificateExpired => (
            &certificates::EXPIRED,
            "its certificate is out of its validity",
        ),
        ProbeErrorKind::CertificateName => (
            &certificates::ADDRESS_REFUSED,
            "its certificate does not name the address it is reached by",
        ),
        ProbeErrorKind::ClientCertificate | ProbeErrorKind::Tls => (
            &TLS,
            "its certificate, key or CA file differs from the other members'",
        ),
        ProbeErrorKind::PlainHttp => (
            &PLAIN_HTTP,
            "its port and its URL disagree about http and https",
        ),
        ProbeErrorKind::NotEtcd => (&NOT_ETCD, "another program answers on its client port"),
        _ => return None,
    };
    let finding = rule
        .finding(member.subject(), cause)
        .shown_by(format!("dial of {}", member.endpoint()), &error.message);
    Some(advise(input, member, finding))
}

fn not_asked(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<Finding> {
    let unstarted = member.listed().is_some_and(|l| !l.is_started());
    if unstarted || member.seen.process.is_some() {
        return None;
    }
    let reason = member.health.reason().unwrap_or_default();
    let finding = NOT_ASKED
        .finding(
            member.subject(),
            "the access in use has no way to this member",
        )
        .shown_by("access", reason);
    Some(advise(input, member, finding))
}

/// Something answered, but not the read that counts.
fn partial(input: &RuleInput<'_>, member: &MemberView<'_>) -> Option<Finding> {
    if !member.seen.answered() || !matches!(member.health, MemberHealth::Unhealthy { .. }) {
        return None;
    }
    let error = member.seen.linearizable_read.error()?;
    let rule = match error.kind {
        ProbeErrorKind::NoAnswer
        | ProbeErrorKind::NoLeader
        | ProbeErrorKind::DialTimeout
        | ProbeErrorKind::Refused => &NO_QUORUM_READ,
        ProbeErrorKind::Server => &SERVER_ERROR,
        _ => return None,
    };
    let finding = rule
        .finding(
            member.subject(),
            "it answers from its own copy, but gets no confirmation from a leader with a quorum",
        )
        .shown_by(
            format!("linearizable read of {}", member.endpoint()),
            &error.message,
        );
    Some(advise(input, member, finding))
}

/// A replacement is advised only for what is known to be dead, never for what may live.
fn advise(input: &RuleInput<'_>, member: &MemberView<'_>, finding: Finding) -> Finding {
    let looking = member.seen.process.as_ref().map(|process| {
        if process.state == ProcessState::Running {
            advice::inspect_command(process)
        } else {
            advice::log_command(process)
        }
    });
    let again = input.health_command();
    finding.with_commands(looking).with_command(again)
}
