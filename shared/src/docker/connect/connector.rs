// SPDX-License-Identifier: Apache-2.0

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::stream::Stream;
use super::{ssh, tcp, tls, unix};
use crate::docker::{DockerHost, Endpoint, EngineError};

/// How long making a connection may take: docker's own bound for ssh.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens byte streams to one engine; clones share what can be shared (the ssh session).
#[derive(Clone)]
pub(in crate::docker) struct Connector {
    name: String,
    transport: Arc<Transport>,
}

enum Transport {
    Unix(unix::Unix),
    Tcp(tcp::Tcp),
    Tls(tcp::Tcp, tls::Tls),
    Ssh(ssh::Ssh),
}

/// An [`EngineError`] on its way through hyper, which wants a boxable error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(in crate::docker) struct Fault(pub EngineError);

impl Connector {
    /// Checks what can be checked without a connection.
    pub(in crate::docker) fn new(endpoint: &Endpoint) -> Result<Self, EngineError> {
        let name = endpoint.host.to_string();
        let transport = match &endpoint.host {
            DockerHost::Unix { path } => Transport::Unix(unix::Unix::new(path)),
            DockerHost::Tcp { host, port, .. } => match &endpoint.tls {
                None => Transport::Tcp(tcp::Tcp::new(host, port.unwrap_or(2375))),
                Some(material) => Transport::Tls(
                    tcp::Tcp::new(host, port.unwrap_or(2376)),
                    tls::Tls::new(&name, host, material)?,
                ),
            },
            DockerHost::Ssh {
                user,
                host,
                port,
                path,
            } => Transport::Ssh(ssh::Ssh::new(user.as_deref(), host, *port, path.as_deref())),
        };
        Ok(Self {
            name,
            transport: Arc::new(transport),
        })
    }

    /// The engine's address.
    pub(in crate::docker) fn name(&self) -> &str {
        &self.name
    }

    async fn connect(self) -> Result<Stream, EngineError> {
        let name = self.name.clone();
        let work = async {
            match &*self.transport {
                Transport::Unix(unix) => unix.connect(&self.name).await,
                Transport::Tcp(tcp) => tcp.connect(&self.name).await.map(Stream::new),
                Transport::Tls(tcp, tls) => tls.wrap(tcp.connect(&self.name).await?).await,
                Transport::Ssh(ssh) => ssh.connect(&self.name).await,
            }
        };
        match tokio::time::timeout(CONNECT_TIMEOUT, work).await {
            Ok(result) => result,
            Err(_) => Err(EngineError::TimedOut {
                host: name,
                what: "connecting".to_owned(),
                seconds: CONNECT_TIMEOUT.as_secs(),
            }),
        }
    }
}

impl tower::Service<http::Uri> for Connector {
    type Response = Stream;
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Fault>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { this.connect().await.map_err(Fault) })
    }
}

/// Translates a system error of connecting.
pub(super) fn translate(name: &str, error: &std::io::Error) -> EngineError {
    use std::io::ErrorKind;
    let host = name.to_owned();
    match error.kind() {
        ErrorKind::NotFound => EngineError::SocketMissing { host },
        ErrorKind::PermissionDenied => EngineError::PermissionDenied { host },
        ErrorKind::ConnectionRefused => EngineError::Refused { host },
        _ => EngineError::Connection {
            host,
            why: error.to_string(),
        },
    }
}
