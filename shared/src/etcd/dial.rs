// SPDX-License-Identifier: Apache-2.0

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tonic::transport::Channel;

use super::watched::{Fault, Watched};
use super::{Endpoint, EtcdError};

/// A byte stream to a member.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Makes byte streams to endpoints: plain TCP, or a tunnel such as the Kubernetes port-forward.
pub trait StreamFactory: Send + Sync {
    /// Opens a stream to the endpoint's host and port.
    fn open<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, EtcdError>>;

    /// What a tunnel takes beside the connection itself: it comes on top of the time allowed.
    fn overhead(&self) -> Duration {
        Duration::ZERO
    }
}

/// Plain TCP.
struct Tcp;

impl StreamFactory for Tcp {
    fn open<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, EtcdError>> {
        Box::pin(async move {
            let stream = TcpStream::connect((endpoint.host.as_str(), endpoint.port))
                .await
                .map_err(|error| EtcdError::from_io(&endpoint.to_string(), &error))?;
            // Small requests: do not wait for more to send.
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

/// Opens connections to single members, with one deadline for the whole of name look-up, TCP and TLS.
#[derive(Clone)]
pub struct Dialer {
    tls: Arc<ClientConfig>,
    factory: Arc<dyn StreamFactory>,
    dial_timeout: Duration,
}

impl Dialer {
    /// Over plain TCP.
    pub fn new(tls: Arc<ClientConfig>, dial_timeout: Duration) -> Self {
        Self {
            tls,
            factory: Arc::new(Tcp),
            dial_timeout,
        }
    }

    /// Over another kind of stream. TLS still runs end to end and verifies the endpoint's own host.
    #[must_use]
    pub fn over(mut self, factory: Arc<dyn StreamFactory>) -> Self {
        self.factory = factory;
        self
    }

    /// With another TLS configuration.
    #[must_use]
    pub fn with_tls(&self, tls: Arc<ClientConfig>) -> Self {
        Self {
            tls,
            ..self.clone()
        }
    }

    /// The time allowed for a connection, a tunnel's own included.
    pub fn dial_timeout(&self) -> Duration {
        self.dial_timeout + self.factory.overhead()
    }

    /// The TLS configuration.
    pub fn tls(&self) -> &Arc<ClientConfig> {
        &self.tls
    }

    /// A stream to the endpoint, with TLS where its scheme says so.
    /// `h2` asks for HTTP/2 by ALPN, as gRPC needs.
    pub async fn stream(
        &self,
        endpoint: &Endpoint,
        h2: bool,
    ) -> Result<Box<dyn Stream>, EtcdError> {
        let name = endpoint.to_string();
        let open = async {
            let raw = self.factory.open(endpoint).await?;
            if !endpoint.tls {
                return Ok(raw);
            }
            let mut config = ClientConfig::clone(&self.tls);
            config.alpn_protocols = if h2 { vec![b"h2".to_vec()] } else { Vec::new() };
            let server_name = ServerName::try_from(endpoint.host.clone()).map_err(|_| {
                EtcdError::BadEndpoint {
                    text: name.clone(),
                    why: "its host is no name that a certificate can hold".to_owned(),
                }
            })?;
            let stream = TlsConnector::from(Arc::new(config))
                .connect(server_name, raw)
                .await
                .map_err(|error| EtcdError::from_stream(&name, "the TLS handshake", &error))?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        };
        let allowed = self.dial_timeout();
        timeout(allowed, open).await.unwrap_or_else(|_| {
            Err(EtcdError::DialTimeout {
                endpoint: name.clone(),
                timeout: allowed,
            })
        })
    }

    /// A gRPC connection.
    pub async fn connect(&self, endpoint: &Endpoint) -> Result<Connection, EtcdError> {
        let name = endpoint.to_string();
        let fault: Fault = Arc::new(Mutex::new(None));
        let stream = self.stream(endpoint, true).await?;
        let stream = Watched::new(stream, name.clone(), Arc::clone(&fault));
        let once = Arc::new(Mutex::new(Some(TokioIo::new(stream))));
        let connector = tower::service_fn(move |_: http::Uri| {
            let taken = once.lock().ok().and_then(|mut slot| slot.take());
            // One stream a connection: a second attempt must not silently reach another server.
            async move { taken.ok_or_else(|| std::io::Error::other("the connection was closed")) }
        });
        let uri = format!(
            "{}://{}",
            if endpoint.tls { "https" } else { "http" },
            endpoint.authority()
        );
        let target = tonic::transport::Endpoint::from_shared(uri)
            .map_err(|error| EtcdError::BadEndpoint {
                text: name.clone(),
                why: error.to_string(),
            })?
            // Snapshots are the only large answers; HTTP/2's default window of 64 kB starves them.
            .initial_stream_window_size(Some(4 * 1024 * 1024))
            .initial_connection_window_size(Some(8 * 1024 * 1024))
            .buffer_size(Some(64));
        let allowed = self.dial_timeout();
        let channel = timeout(allowed, target.connect_with_connector(connector))
            .await
            .map_err(|_| EtcdError::DialTimeout {
                endpoint: name.clone(),
                timeout: allowed,
            })?
            .map_err(|_| {
                let known = fault.lock().ok().and_then(|fault| fault.clone());
                known.unwrap_or_else(|| EtcdError::NotEtcd {
                    endpoint: name.clone(),
                    why: "it does not speak HTTP/2".to_owned(),
                })
            })?;
        Ok(Connection {
            endpoint: endpoint.clone(),
            channel,
            fault,
        })
    }
}

/// One open gRPC connection to one member.
#[derive(Clone)]
pub struct Connection {
    pub(super) endpoint: Endpoint,
    pub(super) channel: Channel,
    pub(super) fault: Fault,
}

impl Connection {
    /// The first error that the connection itself met.
    pub(super) fn fault(&self) -> Option<EtcdError> {
        self.fault.lock().ok().and_then(|fault| fault.clone())
    }
}
