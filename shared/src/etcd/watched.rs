// SPDX-License-Identifier: Apache-2.0

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::EtcdError;

/// The first error that a connection met, kept because HTTP/2 replaces it by "operation was
/// canceled". With TLS 1.3 a refused client certificate shows itself only here, after the handshake.
pub type Fault = Arc<Mutex<Option<EtcdError>>>;

/// A stream that remembers its first read error.
pub struct Watched<S> {
    inner: S,
    endpoint: String,
    fault: Fault,
}

impl<S> Watched<S> {
    /// Watches `inner`; a read error goes to `fault`.
    pub fn new(inner: S, endpoint: String, fault: Fault) -> Self {
        Self {
            inner,
            endpoint,
            fault,
        }
    }

    fn remember(&self, error: &io::Error) {
        if let Ok(mut fault) = self.fault.lock()
            && fault.is_none()
        {
            *fault = Some(EtcdError::from_stream(&self.endpoint, "the call", error));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_read(cx, buf);
        if let Poll::Ready(Err(error)) = &result {
            self.remember(error);
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
