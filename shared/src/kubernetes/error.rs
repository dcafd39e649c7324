// SPDX-License-Identifier: Apache-2.0

use std::error::Error;

use kube::client::UpgradeConnectionError;
use kube::config::KubeconfigError;

use crate::error::{Explain, Kind};

/// Everything that can go wrong while talking to the Kubernetes API, translated once.
#[derive(Debug, thiserror::Error)]
pub enum KubeError {
    /// The kubeconfig names no such context.
    #[error("the kubeconfig has no context named \"{name}\"")]
    UnknownContext {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The kubeconfig has no current context.
    #[error("the kubeconfig has no current context")]
    NoCurrentContext {
        /// What there is.
        known: Vec<String>,
    },
    /// The kubeconfig cannot be read or understood.
    #[error("the kubeconfig {file} cannot be used: {why}")]
    Kubeconfig {
        /// The file or list of files.
        file: String,
        /// Why.
        why: String,
    },
    /// There is no kubeconfig at all.
    #[error("there is no kubeconfig and this is not a pod")]
    NoKubeconfig,
    /// The API server does not answer.
    #[error("the API server {server} cannot be reached: {why}")]
    Unreachable {
        /// Its address.
        server: String,
        /// Why.
        why: String,
    },
    /// The API server answers, and says no.
    #[error("the API server {server} answered {what} with {code} {reason}: {message}")]
    Answered {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// HTTP status.
        code: u16,
        /// Its reason, such as "Forbidden".
        reason: String,
        /// Its message.
        message: String,
    },
    /// It did not end in time.
    #[error("the API server {server} did not finish {what} within {seconds} s")]
    TimedOut {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// The time allowed.
        seconds: u64,
    },
    /// Anything else.
    #[error("the API server {server} could not be asked for {what}: {why}")]
    Other {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// Why.
        why: String,
    },
}

impl KubeError {
    /// From a failed kubeconfig.
    pub fn from_kubeconfig(file: &str, error: &KubeconfigError) -> Self {
        Self::Kubeconfig {
            file: file.to_owned(),
            why: innermost(error),
        }
    }

    /// From a failed request for `what`.
    pub fn from_request(server: &str, what: &str, error: &kube::Error) -> Self {
        let server = server.to_owned();
        let what = what.to_owned();
        match error {
            kube::Error::Api(status) => Self::Answered {
                server,
                what,
                code: status.code,
                reason: status.reason.clone(),
                message: status.message.clone(),
            },
            kube::Error::Service(_) | kube::Error::HyperError(_) => Self::Unreachable {
                server,
                why: innermost(error),
            },
            // An exec or a port-forward that is refused: the answer's text is not told.
            kube::Error::UpgradeConnection(UpgradeConnectionError::ProtocolSwitch(status)) => {
                Self::Answered {
                    server,
                    what,
                    code: status.as_u16(),
                    reason: status.canonical_reason().unwrap_or_default().to_owned(),
                    message: refused_upgrade(status.as_u16()).to_owned(),
                }
            }
            kube::Error::Auth(_) => Self::Other {
                server,
                what,
                why: format!("no credentials: {}", innermost(error)),
            },
            _ => Self::Other {
                server,
                what,
                why: innermost(error),
            },
        }
    }
}

/// What the status of a refused exec or port-forward stands for.
fn refused_upgrade(code: u16) -> &'static str {
    match code {
        401 => "not logged in",
        403 => "no right to do that",
        404 => "there is no such pod",
        400 => "the container does not run, or there is none of that name",
        500 => "the kubelet did not let it through, or does not answer",
        502..=504 => "the node's kubelet cannot be reached",
        _ => "refused",
    }
}

/// The innermost cause: the outer texts of kube only repeat it.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    let text = last.to_string();
    if text.contains("close_notify") || text == "connection closed before message completed" {
        return "it closed the connection at once: perhaps a load balancer without a live server"
            .to_owned();
    }
    // rustls and others end some texts with a link to their own manual.
    text.split(": https://docs.rs/")
        .next()
        .unwrap_or(&text)
        .to_owned()
}

impl KubeError {
    /// Whether a load balancer or an election of etcd's explains it, so that another try helps.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Answered { code, .. } => matches!(code, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}

impl Explain for KubeError {
    fn kind(&self) -> Kind {
        match self {
            Self::UnknownContext { .. }
            | Self::NoCurrentContext { .. }
            | Self::Kubeconfig { .. }
            | Self::NoKubeconfig => Kind::Usage,
            _ => Kind::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownContext { known, .. } | Self::NoCurrentContext { known } => {
                Some(if known.is_empty() {
                    "it has no contexts at all; name another file with `--kubeconfig FILE`"
                        .to_owned()
                } else {
                    format!(
                        "its contexts are {}; choose one with `--context NAME`",
                        known.join(", ")
                    )
                })
            }
            Self::Kubeconfig { .. } => {
                Some("name a readable kubeconfig with `--kubeconfig FILE`".to_owned())
            }
            Self::NoKubeconfig => Some(
                "name one with `--kubeconfig FILE`, or reach etcd itself with `--endpoints` or \
                 `--docker-host`"
                    .to_owned(),
            ),
            Self::Answered { code: 401, .. } => {
                Some("log in again, or name another user with `--kube-user`".to_owned())
            }
            Self::Answered { code: 403, .. } => {
                Some("docs/access.md lists the rights that each way needs".to_owned())
            }
            _ => None,
        }
    }
}
