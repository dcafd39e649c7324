// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The outcome of asking one thing of one member.
///
/// "Not asked" and "asked, no answer" are different: unknown is not dead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Probe<T> {
    /// It was not asked.
    #[default]
    NotTried,
    /// It was not asked, for this reason.
    Skipped {
        /// Why, as one sentence.
        reason: String,
    },
    /// It was asked and failed.
    Failed {
        /// How.
        error: ProbeError,
    },
    /// It answered.
    Answered {
        /// The answer.
        value: T,
        /// Wall time of the call in milliseconds.
        took_ms: f64,
    },
}

impl<T> Probe<T> {
    /// An answer that took `took`.
    pub fn answered(value: T, took: Duration) -> Self {
        Self::Answered {
            value,
            took_ms: took.as_secs_f64() * 1000.0,
        }
    }

    /// A failure.
    pub fn failed(kind: ProbeErrorKind, message: impl Into<String>) -> Self {
        Self::Failed {
            error: ProbeError {
                kind,
                message: message.into(),
            },
        }
    }

    /// The answer, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Answered { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The failure, if it failed.
    pub fn error(&self) -> Option<&ProbeError> {
        match self {
            Self::Failed { error } => Some(error),
            _ => None,
        }
    }

    /// How long the answer took, in milliseconds.
    pub fn took_ms(&self) -> Option<f64> {
        match self {
            Self::Answered { took_ms, .. } => Some(*took_ms),
            _ => None,
        }
    }

    /// Whether it was asked at all.
    pub fn was_tried(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Answered { .. })
    }
}

/// Why a probe failed; the texts of the client crates are translated into these once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeError {
    /// The class of failure.
    pub kind: ProbeErrorKind,
    /// One sentence with the value at fault.
    pub message: String,
}

/// Classes of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeErrorKind {
    /// The port answered "connection refused": the host lives, nothing listens.
    Refused,
    /// No answer to the connection attempt within the dial timeout.
    DialTimeout,
    /// Connected, but no answer to the call within the command timeout.
    NoAnswer,
    /// No route, network unreachable, or name not resolved.
    NoRoute,
    /// The name does not resolve.
    Dns,
    /// The server's certificate is not signed by the CA given.
    UnknownCa,
    /// The server's certificate is expired or not yet valid.
    CertificateExpired,
    /// The server's certificate is not valid for the address.
    CertificateName,
    /// The server refused our client certificate, or wants one and got none.
    ClientCertificate,
    /// TLS failed in another way.
    Tls,
    /// Plain HTTP where TLS was spoken, or the reverse.
    PlainHttp,
    /// Something answers that is not etcd (or is etcd without the v3 API).
    NotEtcd,
    /// etcd wants a user and password, or refuses the ones given.
    Auth,
    /// etcd says that it has no leader.
    NoLeader,
    /// The call is not supported by this server or not for learners.
    Unsupported,
    /// The revision asked for was compacted away.
    Compacted,
    /// etcd answered with another error.
    Server,
    /// Anything else.
    Other,
}
