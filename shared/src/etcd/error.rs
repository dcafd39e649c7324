// SPDX-License-Identifier: Apache-2.0

use std::error::Error;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use crate::error::{Explain, Kind};
use crate::model::{ProbeError, ProbeErrorKind};

/// Everything that can go wrong while talking to one etcd member.
///
/// The texts of tonic, hyper, rustls and etcd are translated here and nowhere else.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EtcdError {
    /// An endpoint's text is no endpoint.
    #[error("\"{text}\" is not an etcd endpoint: {why}")]
    BadEndpoint {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing listens.
    #[error("{endpoint} refused the connection")]
    Refused {
        /// Where.
        endpoint: String,
    },
    /// No answer to the connection attempt.
    #[error("{endpoint} did not accept a connection within {}", seconds(*.timeout))]
    DialTimeout {
        /// Where.
        endpoint: String,
        /// The time allowed.
        timeout: Duration,
    },
    /// Connected, but the call was not answered.
    #[error("{endpoint} accepted the connection but did not answer {call} within {}", seconds(*.timeout))]
    NoAnswer {
        /// Where.
        endpoint: String,
        /// Which call.
        call: String,
        /// The time allowed.
        timeout: Duration,
    },
    /// The network says no.
    #[error("{endpoint} cannot be reached: {why}")]
    NoRoute {
        /// Where.
        endpoint: String,
        /// The system's reason.
        why: String,
    },
    /// The name does not resolve.
    #[error("the host name of {endpoint} does not resolve: {why}")]
    Dns {
        /// Where.
        endpoint: String,
        /// The resolver's reason.
        why: String,
    },
    /// The server's certificate does not verify.
    #[error("the certificate of {endpoint} is not accepted: {why}")]
    ServerCertificate {
        /// Where.
        endpoint: String,
        /// The class.
        kind: ProbeErrorKind,
        /// Why.
        why: String,
    },
    /// The server did not take our certificate.
    #[error("{endpoint} refused our client certificate: {why}")]
    ClientCertificate {
        /// Where.
        endpoint: String,
        /// Its TLS alert, in words.
        why: String,
    },
    /// TLS failed otherwise.
    #[error("TLS with {endpoint} failed: {why}")]
    Tls {
        /// Where.
        endpoint: String,
        /// rustls' words.
        why: String,
    },
    /// http and https mixed up.
    #[error("{endpoint} speaks {}", if *.server_is_plain { "plain HTTP, not TLS" } else { "TLS, not plain HTTP" })]
    Scheme {
        /// Where.
        endpoint: String,
        /// What the server speaks.
        server_is_plain: bool,
    },
    /// Something else answers.
    #[error("{endpoint} is not an etcd v3 server: {why}")]
    NotEtcd {
        /// Where.
        endpoint: String,
        /// What it said.
        why: String,
    },
    /// etcd answered with a gRPC error.
    #[error("{endpoint} answered {call} with \"{message}\"")]
    Server {
        /// Where.
        endpoint: String,
        /// Which call.
        call: String,
        /// The class.
        kind: ProbeErrorKind,
        /// etcd's own text, such as "etcdserver: no leader".
        message: String,
    },
    /// The connection broke.
    #[error("the connection to {endpoint} broke during {call}: {why}")]
    Broken {
        /// Where.
        endpoint: String,
        /// Which call.
        call: String,
        /// Why, as far as known.
        why: String,
    },
}

/// Seconds as a person writes them.
fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

impl EtcdError {
    /// The class of the failure.
    pub fn class(&self) -> ProbeErrorKind {
        match self {
            Self::BadEndpoint { .. } | Self::Broken { .. } => ProbeErrorKind::Other,
            Self::Refused { .. } => ProbeErrorKind::Refused,
            Self::DialTimeout { .. } => ProbeErrorKind::DialTimeout,
            Self::NoAnswer { .. } => ProbeErrorKind::NoAnswer,
            Self::NoRoute { .. } => ProbeErrorKind::NoRoute,
            Self::Dns { .. } => ProbeErrorKind::Dns,
            Self::ServerCertificate { kind, .. } | Self::Server { kind, .. } => *kind,
            Self::ClientCertificate { .. } => ProbeErrorKind::ClientCertificate,
            Self::Tls { .. } => ProbeErrorKind::Tls,
            Self::Scheme { .. } => ProbeErrorKind::PlainHttp,
            Self::NotEtcd { .. } => ProbeErrorKind::NotEtcd,
        }
    }

    /// As plain data for an observation.
    pub fn probe(&self) -> ProbeError {
        ProbeError {
            kind: self.class(),
            message: self.to_string(),
        }
    }

    /// From a failed TCP connection.
    pub fn from_io(endpoint: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let endpoint = endpoint.to_owned();
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused { endpoint },
            ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable => Self::NoRoute {
                endpoint,
                why: error.to_string(),
            },
            _ if error.to_string().contains("failed to lookup address") => Self::Dns {
                endpoint,
                why: error.to_string(),
            },
            _ => Self::NoRoute {
                endpoint,
                why: error.to_string(),
            },
        }
    }

    /// From a failed TLS handshake or a TLS alert that came later.
    pub fn from_tls(endpoint: &str, error: &rustls::Error) -> Self {
        let endpoint = endpoint.to_owned();
        match error {
            rustls::Error::InvalidCertificate(certificate) => {
                let (kind, why) = certificate_class(certificate);
                Self::ServerCertificate {
                    endpoint,
                    kind,
                    why,
                }
            }
            rustls::Error::AlertReceived(alert) => match alert_words(*alert) {
                Some(why) => Self::ClientCertificate {
                    endpoint,
                    why: why.to_owned(),
                },
                None => Self::Tls {
                    endpoint,
                    why: error.to_string(),
                },
            },
            rustls::Error::InvalidMessage(_) => Self::Scheme {
                endpoint,
                server_is_plain: true,
            },
            other => Self::Tls {
                endpoint,
                why: other.to_string(),
            },
        }
    }

    /// From an I/O error that may hold a TLS error.
    pub fn from_stream(endpoint: &str, call: &str, error: &std::io::Error) -> Self {
        match error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            Some(tls) => Self::from_tls(endpoint, tls),
            // A tunnel has opened and tells only then that nothing listens at its other end.
            None if error.kind() == std::io::ErrorKind::ConnectionRefused => Self::Refused {
                endpoint: endpoint.to_owned(),
            },
            None => Self::Broken {
                endpoint: endpoint.to_owned(),
                call: call.to_owned(),
                why: error.to_string(),
            },
        }
    }

    /// From a gRPC status. `fault` is the first error that the connection itself met.
    pub fn from_status(
        endpoint: &str,
        call: &str,
        status: &tonic::Status,
        fault: Option<Self>,
    ) -> Self {
        if let Some(fault) = fault {
            return fault;
        }
        let mut source = status.source();
        while let Some(inner) = source {
            if let Some(io) = inner.downcast_ref::<std::io::Error>() {
                return Self::from_stream(endpoint, call, io);
            }
            source = inner.source();
        }
        let message = status.message();
        if is_etcd_text(message) {
            return Self::Server {
                endpoint: endpoint.to_owned(),
                call: call.to_owned(),
                kind: server_class(message, status.code()),
                message: message.to_owned(),
            };
        }
        // tonic's own text where an HTTP server answered that knows nothing of gRPC.
        // A page where a message should be shows as a wrong compression flag: its first letter.
        let no_grpc = [
            "mapped from HTTP status code",
            "invalid content-type",
            "invalid compression flag",
        ];
        if no_grpc.iter().any(|text| message.contains(text)) {
            return Self::NotEtcd {
                endpoint: endpoint.to_owned(),
                why: "it answers HTTP, but not as etcd".to_owned(),
            };
        }
        match status.code() {
            tonic::Code::Unimplemented => Self::Server {
                endpoint: endpoint.to_owned(),
                call: call.to_owned(),
                kind: ProbeErrorKind::Unsupported,
                message: message.to_owned(),
            },
            // hyper's and tonic's own texts: "transport error", "operation was canceled", …
            tonic::Code::Unavailable | tonic::Code::Cancelled | tonic::Code::Unknown => {
                Self::Broken {
                    endpoint: endpoint.to_owned(),
                    call: call.to_owned(),
                    why: "the server closed it without an answer".to_owned(),
                }
            }
            code => Self::Server {
                endpoint: endpoint.to_owned(),
                call: call.to_owned(),
                kind: server_class(message, code),
                message: message.to_owned(),
            },
        }
    }
}

/// etcd's own error texts begin with its package (api/v3rpc/rpctypes/error.go, auth/store.go).
fn is_etcd_text(message: &str) -> bool {
    ["etcdserver: ", "auth: ", "raft: ", "rafthttp: ", "mvcc: "]
        .iter()
        .any(|p| message.starts_with(p))
        || message.contains("context deadline exceeded")
}

fn server_class(message: &str, code: tonic::Code) -> ProbeErrorKind {
    let has = |text: &str| message.contains(text);
    if has("no leader") || has("leader changed") || has("request timed out") {
        ProbeErrorKind::NoLeader
    } else if has("rpc not supported") || has("not supported for learner") {
        ProbeErrorKind::Unsupported
    } else if has("has been compacted") {
        ProbeErrorKind::Compacted
    } else if has("user name is empty")
        || has("permission denied")
        || has("authentication failed")
        || has("invalid auth token")
        || has("authentication is not enabled")
        || matches!(
            code,
            tonic::Code::Unauthenticated | tonic::Code::PermissionDenied
        )
    {
        ProbeErrorKind::Auth
    } else {
        ProbeErrorKind::Server
    }
}

fn certificate_class(error: &CertificateError) -> (ProbeErrorKind, String) {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            ProbeErrorKind::CertificateExpired,
            "it has expired".to_owned(),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            ProbeErrorKind::CertificateExpired,
            "it is not valid yet (check the clocks)".to_owned(),
        ),
        CertificateError::UnknownIssuer => (
            ProbeErrorKind::UnknownCa,
            "it is signed by another CA than the one given".to_owned(),
        ),
        CertificateError::BadSignature => (
            ProbeErrorKind::UnknownCa,
            "its signature does not match the CA given".to_owned(),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            ProbeErrorKind::CertificateName,
            "it is not valid for this address".to_owned(),
        ),
        other => (ProbeErrorKind::Tls, other.to_string()),
    }
}

fn alert_words(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired => "it wants a client certificate and got none",
        AlertDescription::BadCertificate => {
            "it does not accept the certificate given (none, of another CA, or for another use)"
        }
        AlertDescription::UnknownCA => "it does not know the CA of the certificate given",
        AlertDescription::CertificateExpired => "the certificate given has expired",
        AlertDescription::CertificateUnknown | AlertDescription::UnsupportedCertificate => {
            "it does not accept the certificate given"
        }
        AlertDescription::AccessDenied => "it denies access",
        AlertDescription::HandshakeFailure => "no common TLS parameters, or no client certificate",
        _ => return None,
    })
}

impl Explain for EtcdError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadEndpoint { .. } => Kind::Usage,
            _ => Kind::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self.class() {
            ProbeErrorKind::UnknownCa => {
                "give the CA that signed etcd's certificates with `--cacert FILE`".to_owned()
            }
            ProbeErrorKind::ClientCertificate => {
                "give a client certificate of etcd's own CA with `--cert FILE --key FILE`"
                    .to_owned()
            }
            ProbeErrorKind::CertificateName => {
                "use an address that the certificate names in `--endpoints`".to_owned()
            }
            ProbeErrorKind::PlainHttp => match self {
                Self::Scheme {
                    server_is_plain: true,
                    ..
                } => "write the endpoint with http:// if that is meant, or name the TLS port"
                    .to_owned(),
                _ => "write the endpoint with https://".to_owned(),
            },
            ProbeErrorKind::Auth => "give `--user NAME[:PASSWORD]`".to_owned(),
            ProbeErrorKind::NotEtcd => {
                "name etcd's client port (usually 2379) in `--endpoints`".to_owned()
            }
            _ => return None,
        })
    }
}
