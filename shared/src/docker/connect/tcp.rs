// SPDX-License-Identifier: Apache-2.0

use tokio::net::TcpStream;

use crate::docker::EngineError;

/// A TCP address.
pub(super) struct Tcp {
    host: String,
    port: u16,
}

impl Tcp {
    pub(super) fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.to_owned(),
            port,
        }
    }

    pub(super) async fn connect(&self, name: &str) -> Result<TcpStream, EngineError> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| {
                match super::connector::translate(name, &error) {
                    // A name that does not resolve is no missing socket.
                    EngineError::SocketMissing { host } => EngineError::Connection {
                        host,
                        why: error.to_string(),
                    },
                    other => other,
                }
            })?;
        // Requests are small and waited for.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }
}
