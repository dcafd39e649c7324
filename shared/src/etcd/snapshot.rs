// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use tokio::time::timeout;
use tonic::codec::Streaming;

use super::client::EtcdClient;
use super::{EtcdError, wire};

/// A snapshot on its way. The last 32 bytes of the stream are the sha256 of all bytes before them
/// (etcd server/etcdserver/api/v3rpc/maintenance.go, Snapshot).
pub struct SnapshotStream {
    client: EtcdClient,
    stream: Streaming<wire::SnapshotResponse>,
    per_message: Duration,
}

impl SnapshotStream {
    pub(super) fn new(
        client: EtcdClient,
        stream: Streaming<wire::SnapshotResponse>,
        per_message: Duration,
    ) -> Self {
        Self {
            client,
            stream,
            per_message,
        }
    }

    /// The next bytes and how many bytes follow them; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<(Vec<u8>, u64)>, EtcdError> {
        let message = timeout(self.per_message, self.stream.message())
            .await
            .map_err(|_| self.client.timed_out("snapshot"))?
            .map_err(|status| self.client.failed("snapshot", &status))?;
        Ok(message.map(|m| (m.blob, m.remaining_bytes)))
    }
}
