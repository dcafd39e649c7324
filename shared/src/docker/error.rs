// SPDX-License-Identifier: Apache-2.0

use crate::error::{Explain, Kind};
use crate::net::TlsError;

/// What can go wrong between a program and a Docker engine, in words for its user.
///
/// `host` is always the engine's address as given (`unix:///var/run/docker.sock`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The address of an engine cannot be understood.
    #[error("\"{value}\" is not the address of a docker engine: {why}")]
    BadHost {
        /// What was given.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// Options that cannot be used together.
    #[error("{first} and {second} cannot be used together")]
    Conflict {
        /// One option.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// No docker context of this name is stored.
    #[error("there is no docker context \"{name}\" in \"{folder}\"")]
    NoContext {
        /// The context's name.
        name: String,
        /// docker's configuration folder.
        folder: String,
    },
    /// A configuration or context file cannot be used.
    #[error("cannot use docker's file \"{path}\": {why}")]
    ConfigFile {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// Certificate files cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The engine's socket does not exist.
    #[error("there is no docker engine at \"{host}\": the socket does not exist")]
    SocketMissing {
        /// The engine's address.
        host: String,
    },
    /// The system does not let this user open the socket.
    #[error("no permission to use the docker engine at \"{host}\"")]
    PermissionDenied {
        /// The engine's address.
        host: String,
    },
    /// Nothing listens there.
    #[error("the docker engine at \"{host}\" does not accept connections")]
    Refused {
        /// The engine's address.
        host: String,
    },
    /// Nothing came back in time. The engine's state is unknown.
    #[error("the docker engine at \"{host}\" did not answer within {seconds} s ({what})")]
    TimedOut {
        /// The engine's address.
        host: String,
        /// The call.
        what: String,
        /// The deadline.
        seconds: u64,
    },
    /// ssh could not reach the host, or docker could not be run there.
    #[error("cannot reach the docker engine at \"{host}\" through ssh: {stderr}")]
    Ssh {
        /// The engine's address.
        host: String,
        /// What ssh said, in one line.
        stderr: String,
    },
    /// A transport that this system does not have.
    #[error("\"{host}\" cannot be used on this system: {why}")]
    Unsupported {
        /// The engine's address.
        host: String,
        /// Why not.
        why: &'static str,
    },
    /// The TLS handshake failed.
    #[error("no TLS connection to the docker engine at \"{host}\": {why}")]
    TlsHandshake {
        /// The engine's address.
        host: String,
        /// What rustls says.
        why: String,
    },
    /// The connection broke or could not be made for another reason.
    #[error("the connection to the docker engine at \"{host}\" failed: {why}")]
    Connection {
        /// The engine's address.
        host: String,
        /// The reason.
        why: String,
    },
    /// What answers there is no docker engine.
    #[error("what answers at \"{host}\" is not a docker engine: {why}")]
    NotAnEngine {
        /// The engine's address.
        host: String,
        /// What was seen.
        why: String,
    },
    /// The engine does not know the thing (404).
    #[error("{message}")]
    NotFound {
        /// The engine's message, which names the thing.
        message: String,
    },
    /// The engine declines because of the thing's state or name (409).
    #[error("the docker engine declines: {message}")]
    InConflict {
        /// The engine's message.
        message: String,
    },
    /// The engine is too old or too new for the call.
    #[error("the docker engine does not speak the API version that is needed: {message}")]
    ApiVersion {
        /// The engine's message.
        message: String,
    },
    /// Another error status.
    #[error("the docker engine answered {status} to {what}: {message}")]
    Api {
        /// HTTP status.
        status: u16,
        /// The call.
        what: String,
        /// The engine's message.
        message: String,
    },
    /// The answer is not what the API promises.
    #[error("the docker engine's answer to {what} cannot be read: {why}")]
    BadAnswer {
        /// The call.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// More data than the caller wanted to hold.
    #[error("{what} is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What was read.
        what: String,
        /// The caller's bound.
        limit_bytes: u64,
    },
}

impl Explain for EngineError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadHost { .. }
            | Self::Conflict { .. }
            | Self::NoContext { .. }
            | Self::ConfigFile { .. }
            | Self::Tls(_)
            | Self::Unsupported { .. } => Kind::Usage,
            Self::InConflict { .. } | Self::Api { .. } => Kind::Failed,
            _ => Kind::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::BadHost { .. } => {
                "give `unix:///path`, `ssh://user@host`, `tcp://host:port` or `http://host:port`"
            }
            Self::NoContext { .. } => "see the names with `docker context ls`",
            Self::SocketMissing { .. } => {
                "is the engine running here? see with `systemctl status docker`, or name another one with `--host` or `--context`"
            }
            Self::PermissionDenied { .. } => {
                "run it as root (`sudo`) or as a member of the socket's group (`sudo usermod -aG docker \"$USER\"`, then log in again)"
            }
            Self::Refused { .. } => "see whether it runs with `systemctl status docker`",
            Self::Ssh { stderr, .. } if stderr.contains("Host key verification") => {
                "connect once with `ssh` by hand to accept the host's key"
            }
            Self::Ssh { .. } => {
                "`ssh HOST docker version` must work without a password prompt (keys or an agent)"
            }
            Self::TlsHandshake { .. } => {
                "give the files with `--tlscacert`, `--tlscert` and `--tlskey`, or their folder in DOCKER_CERT_PATH"
            }
            Self::NotAnEngine { .. } => {
                "an engine behind TLS needs `--tlsverify` (or DOCKER_TLS_VERIFY=1)"
            }
            Self::NotFound { message } if message.contains("No such container") => {
                "see the names with `docker ps --all`"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}
