// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::stream::Stream;
use crate::docker::EngineError;
use crate::net::{TlsMaterial, client_config};

/// TLS over TCP, as `dockerd --tlsverify` wants it.
pub(super) struct Tls {
    name: String,
    server: ServerName<'static>,
    connector: TlsConnector,
}

impl Tls {
    pub(super) fn new(name: &str, host: &str, material: &TlsMaterial) -> Result<Self, EngineError> {
        let server = ServerName::try_from(host.to_owned()).map_err(|_| EngineError::BadHost {
            value: name.to_owned(),
            why: "its host can be in no certificate".to_owned(),
        })?;
        let mut config = client_config(material)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            name: name.to_owned(),
            server,
            connector: Arc::new(config).into(),
        })
    }

    pub(super) async fn wrap(&self, stream: TcpStream) -> Result<Stream, EngineError> {
        match self.connector.connect(self.server.clone(), stream).await {
            Ok(stream) => Ok(Stream::new(stream)),
            Err(error) => Err(EngineError::TlsHandshake {
                host: self.name.clone(),
                why: error.to_string(),
            }),
        }
    }
}
