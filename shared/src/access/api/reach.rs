// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use futures_util::future::select_ok;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::etcd::Endpoint;

/// A machine of the same network answers in milliseconds; one behind a firewall never does.
const PATIENCE: Duration = Duration::from_millis(900);

/// Whether one of the endpoints can be reached from here without the API server's help. A refusal
/// counts: the machine was reached.
pub async fn straight(endpoints: &[Endpoint]) -> bool {
    if endpoints.is_empty() {
        return false;
    }
    let attempts = endpoints.iter().map(|endpoint| {
        Box::pin(async move {
            match TcpStream::connect((endpoint.host.as_str(), endpoint.port)).await {
                Ok(_) => Ok(()),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
                Err(error) => Err(error),
            }
        })
    });
    matches!(timeout(PATIENCE, select_ok(attempts)).await, Ok(Ok(_)))
}
