// SPDX-License-Identifier: Apache-2.0

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::Portforwarder;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::kubernetes::{KubeError, KubeTarget};

/// Opens a stream to a port of a pod: a session of its own, so that nothing but this stream dies
/// with it.
///
/// # Errors
/// The API server or the kubelet refuses. That nothing listens shows at the first read.
pub async fn port_forward(
    target: &KubeTarget,
    namespace: &str,
    pod: &str,
    port: u16,
) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>, KubeError> {
    let what = format!("a port-forward to pod {namespace}/{pod}");
    let pods: Api<Pod> = Api::namespaced(target.streams.clone(), namespace);
    let mut session = pods
        .portforward(pod, &[port])
        .await
        .map_err(|error| KubeError::from_request(&target.server, &what, &error))?;
    let error = session.take_error(port);
    let stream = session.take_stream(port);
    match (stream, error) {
        (Some(stream), Some(error)) => Ok(Forwarded {
            stream,
            error: Some(Box::pin(error)),
            session,
        }),
        _ => Err(KubeError::Other {
            server: target.server.clone(),
            what,
            why: "the session has no such port".to_owned(),
        }),
    }
}

/// One forwarded stream; what the other side says of its failure becomes its read error.
struct Forwarded {
    stream: DuplexStream,
    error: Option<Pin<Box<dyn Future<Output = Option<String>> + Send>>>,
    session: Portforwarder,
}

impl Drop for Forwarded {
    fn drop(&mut self) {
        self.session.abort();
    }
}

impl Forwarded {
    fn failure(&mut self, cx: &mut Context<'_>) -> Option<io::Error> {
        let Poll::Ready(said) = self.error.as_mut()?.as_mut().poll(cx) else {
            return None;
        };
        self.error = None;
        said.map(|text| as_io_error(&text))
    }
}

/// socat's words (dockershim) and those of containerd and CRI-O.
fn as_io_error(text: &str) -> io::Error {
    if text.to_ascii_lowercase().contains("connection refused") {
        return io::Error::new(io::ErrorKind::ConnectionRefused, text.trim().to_owned());
    }
    io::Error::other(text.trim().to_owned())
}

impl AsyncRead for Forwarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        let nothing = match &result {
            Poll::Ready(Ok(())) => buf.filled().len() == before,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => true,
        };
        if nothing && let Some(error) = self.failure(cx) {
            return Poll::Ready(Err(error));
        }
        result
    }
}

impl AsyncWrite for Forwarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
