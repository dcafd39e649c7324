// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{CertificateFacts, Finding, Severity, Subject, TlsObservation};
use crate::rules::urls::host;
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// What the handshakes with the client and peer ports show.
pub const FAMILY: Family = Family {
    name: "certificates",
    rules: &[EXPIRED, EXPIRING, NOT_YET, FOREIGN, ADDRESS, USAGE],
    check,
};

const DAY_SECONDS: i64 = 86_400;

/// Shares its place with what the log says about expired certificates.
pub(super) const EXPIRED: Rule = Rule {
    id: "cert-expired",
    title: "the member's certificate has expired",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 20,
    condition: "a certificate of the chain is past its end",
    authority: "X.509",
    meaning: "No new connection to this member succeeds; connections that exist may go on until \
              it or its peers restart.",
    remedy: "Renew it with the distribution's own command (kubeadm certs renew, rke cert rotate, \
             rke2 or k3s certificate rotate), and check the node's clock.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const EXPIRING: Rule = Rule {
    id: "cert-expiring",
    title: "a certificate expires soon",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "less than 30 days left: warning; less than 7 days: degraded",
    authority: "kubeadm and RKE issue for a year; OpenShift SignerCAExpiration",
    meaning: "When it expires, no new connection to this member succeeds.",
    remedy: "Renew it with the distribution's own command (kubeadm certs renew, rke cert rotate, \
             rke2 or k3s certificate rotate).",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const NOT_YET: Rule = Rule {
    id: "cert-not-yet-valid",
    title: "the member's certificate is not valid yet",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 20,
    condition: "a certificate's start of validity lies in the future",
    authority: "X.509",
    meaning: "It was made with a clock ahead of ours, or our clock is behind.",
    remedy: "Check the clocks here and on the node.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
/// Shares its place with what the log says about unknown authorities.
pub(super) const FOREIGN: Rule = Rule {
    id: "cert-foreign",
    title: "the member's certificate is from another CA",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 19,
    condition: "its issuer differs from that of the majority, or it does not verify against the \
                CA in use while others do",
    authority: "etcd security guide",
    meaning: "The other members and the API server do not trust it, so they refuse its \
              connections: a node with a freshly made CA, or a CA rotated by halves.",
    remedy: "Put certificates of the cluster's own etcd CA, and that CA's certificate, on this \
             node; then restart its etcd.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};
const ADDRESS: Rule = Rule {
    id: "cert-address",
    title: "the certificate does not name the member's address",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "the host of its client or peer URL is not among the certificate's names",
    authority: "etcd#11770, etcd#13485",
    meaning: "Clients that check the name refuse it. It works as long as everybody reaches it by \
              another name that the certificate has; then this is the next thing to break.",
    remedy: "Issue the certificate anew with this address among its subject alternative names.",
    reference: "https://github.com/etcd-io/etcd/issues/13485",
};
/// The same where it already keeps a member from being reached.
pub(super) const ADDRESS_REFUSED: Rule = Rule {
    severity: Severity::Degraded,
    rank: rank::CAUSE + 18,
    ..ADDRESS
};
const USAGE: Rule = Rule {
    id: "cert-usage",
    title: "the certificate lacks a usage that etcd needs",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "the extended key usage has no serverAuth; on the peer port also no clientAuth",
    authority: "etcd security guide",
    meaning: "Members connect to each other with the peer certificate as clients, too; without \
              both usages the other side refuses it.",
    remedy: "Issue the certificate anew with serverAuth and clientAuth.",
    reference: "https://etcd.io/docs/latest/op-guide/security/",
};

/// One port of one member.
struct Port<'a> {
    member: &'a MemberView<'a>,
    what: &'static str,
    urls: &'a [String],
    tls: &'a TlsObservation,
}

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    let ports = ports(input);
    for port in &ports {
        dates(input.now(), port, findings);
        findings.extend(address(port));
        findings.extend(usage(port));
    }
    for what in ["client", "peer"] {
        issuers(&ports, what, findings);
    }
}

fn ports<'a>(input: &'a RuleInput<'_>) -> Vec<Port<'a>> {
    let mut ports = Vec::new();
    for (listed, member) in input.listed() {
        for (what, urls, probe) in [
            ("client", &listed.client_urls, &member.seen.client_tls),
            ("peer", &listed.peer_urls, &member.seen.peer_tls),
        ] {
            if let Some(tls) = probe.value() {
                ports.push(Port {
                    member,
                    what,
                    urls,
                    tls,
                });
            }
        }
    }
    ports
}

impl Port<'_> {
    fn source(&self) -> String {
        format!(
            "certificate on the {} port of {}",
            self.what,
            self.member.label()
        )
    }

    fn subject(&self) -> Subject {
        self.member.subject()
    }

    fn leaf(&self) -> Option<&CertificateFacts> {
        self.tls.chain.first()
    }
}

fn dates(now: Timestamp, port: &Port<'_>, findings: &mut Vec<Finding>) {
    for certificate in &port.tls.chain {
        let subject = &certificate.subject;
        let left = certificate.not_after.as_second() - now.as_second();
        if certificate.not_before > now {
            findings.push(
                NOT_YET
                    .finding(
                        port.subject(),
                        "its certificate starts to be valid later than now",
                    )
                    .shown_by(
                        port.source(),
                        format!("{subject} valid from {}", certificate.not_before),
                    ),
            );
        } else if left <= 0 {
            findings.push(
                EXPIRED
                    .finding(
                        port.subject(),
                        format!("its certificate expired {}", days(-left, "ago")),
                    )
                    .shown_by(
                        port.source(),
                        format!("{subject} expired on {}", certificate.not_after),
                    ),
            );
        } else if left < 30 * DAY_SECONDS {
            let severity = if left < 7 * DAY_SECONDS {
                Severity::Degraded
            } else {
                Severity::Warning
            };
            findings.push(
                EXPIRING
                    .finding(
                        port.subject(),
                        format!("its certificate expires in {}", days(left, "").trim_end()),
                    )
                    .rated(severity)
                    .shown_by(
                        port.source(),
                        format!("{subject} expires on {}", certificate.not_after),
                    ),
            );
        }
    }
}

fn days(seconds: i64, after: &str) -> String {
    match seconds / DAY_SECONDS {
        0 => format!("less than a day {after}"),
        1 => format!("1 day {after}"),
        n => format!("{n} days {after}"),
    }
}

fn address(port: &Port<'_>) -> Option<Finding> {
    let leaf = port.leaf()?;
    let missing: Vec<_> = port
        .urls
        .iter()
        .filter(|url| url.starts_with("https://"))
        .filter_map(|url| host(url))
        .filter(|h| !names(leaf, h))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let mut have: Vec<&str> = leaf.ip_addresses.iter().map(String::as_str).collect();
    have.extend(leaf.dns_names.iter().map(String::as_str));
    Some(
        ADDRESS
            .finding(
                port.subject(),
                format!(
                    "its certificate has no subject alternative name {}",
                    missing.join(", ")
                ),
            )
            .shown_by(port.source(), format!("valid for {}", have.join(", "))),
    )
}

fn names(certificate: &CertificateFacts, host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>().ok();
    if let Some(address) = address {
        return certificate
            .ip_addresses
            .iter()
            .any(|ip| ip.parse::<std::net::IpAddr>().is_ok_and(|ip| ip == address));
    }
    certificate.dns_names.iter().any(|name| {
        let wildcard = name.strip_prefix("*.").is_some_and(|tail| {
            host.split_once('.')
                .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(tail))
        });
        wildcard || name.eq_ignore_ascii_case(host)
    })
}

fn usage(port: &Port<'_>) -> Option<Finding> {
    let leaf = port.leaf()?;
    let mut missing = Vec::new();
    if leaf.server_auth == Some(false) {
        missing.push("serverAuth");
    }
    if port.what == "peer" && leaf.client_auth == Some(false) {
        missing.push("clientAuth");
    }
    if missing.is_empty() {
        return None;
    }
    Some(
        USAGE
            .finding(
                port.subject(),
                format!("its extended key usage lacks {}", missing.join(" and ")),
            )
            .shown_by(port.source(), &leaf.subject),
    )
}

/// Whose issuer differs from the majority's: that one is foreign, whatever CA we were given.
fn issuers(ports: &[Port<'_>], what: &str, findings: &mut Vec<Finding>) {
    let ports: Vec<_> = ports.iter().filter(|p| p.what == what).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for port in &ports {
        if let Some(leaf) = port.leaf() {
            *counts.entry(leaf.issuer.as_str()).or_default() += 1;
        }
    }
    let usual = counts
        .iter()
        .find(|(_, count)| **count * 2 > ports.len())
        .map(|(issuer, _)| *issuer);
    let any_verified = ports.iter().any(|p| p.tls.verified.is_ok());
    for port in &ports {
        let Some(leaf) = port.leaf() else { continue };
        let other_issuer = usual.is_some_and(|usual| usual != leaf.issuer);
        // The same name can stand on another key: then only the failed verification tells.
        let unknown_ca = any_verified
            && port
                .tls
                .verified
                .as_ref()
                .is_err_and(|reason| says_unknown_ca(reason));
        if !other_issuer && !unknown_ca {
            continue;
        }
        let mut finding = FOREIGN
            .finding(
                port.subject(),
                "its certificate was signed by another CA than the other members'",
            )
            .shown_by(port.source(), format!("issued by {}", leaf.issuer));
        if let Some(usual) = usual.filter(|_| other_issuer) {
            finding = finding.shown_by(
                "the other members' certificates",
                format!("issued by {usual}"),
            );
        }
        if let Err(reason) = &port.tls.verified {
            finding = finding.shown_by(port.source(), reason);
        }
        findings.push(finding);
    }
}

/// The words for an unknown CA, ours and rustls' and Go's.
fn says_unknown_ca(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    [
        "unknown issuer",
        "unknownissuer",
        "unknown authority",
        "unknown ca",
        "another ca",
        "not signed by",
        "badsignature",
        "does not match the ca",
    ]
    .iter()
    .any(|words| reason.contains(words))
}

/// Whether the member's own certificates were seen and are good: then a complaint about
/// certificates in its log is about somebody else's.
pub(super) fn are_sound(member: &MemberView<'_>) -> bool {
    let seen = [&member.seen.client_tls, &member.seen.peer_tls];
    let mut observed = seen.iter().filter_map(|probe| probe.value()).peekable();
    observed.peek().is_some() && observed.all(|tls| tls.verified.is_ok())
}
