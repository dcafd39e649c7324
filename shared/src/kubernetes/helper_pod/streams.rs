// SPDX-License-Identifier: Apache-2.0

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use kube::api::AttachedProcess;
use node_helper::Outcome;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use super::{HelperPod, PROGRAM};
use crate::etcd::{Endpoint, EtcdError, Stream, StreamFactory};
use crate::kubernetes::pods::start;

/// What the API server, the kubelet and the runtime take to start a program in a pod.
const OVERHEAD: Duration = Duration::from_secs(8);

/// Streams from the helper pod's node to wherever that node can connect: the helper's stdin and
/// stdout through an exec, one for each stream.
pub struct HelperStreams {
    pod: HelperPod,
}

impl HelperStreams {
    /// From this pod's node.
    pub fn new(pod: HelperPod) -> Self {
        Self { pod }
    }
}

impl StreamFactory for HelperStreams {
    fn open<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, EtcdError>> {
        Box::pin(async move {
            let name = endpoint.to_string();
            let no_route = |why: String| EtcdError::NoRoute {
                endpoint: name.clone(),
                why,
            };
            let port = endpoint.port.to_string();
            let words = [PROGRAM, "connect", &endpoint.host, &port];
            let mut process = start(self.pod.target(), &self.pod.at(), &words, true)
                .await
                .map_err(|error| no_route(error.to_string()))?;
            let (Some(input), Some(output), Some(said)) =
                (process.stdin(), process.stdout(), process.stderr())
            else {
                return Err(no_route("the exec has no streams".to_owned()));
            };
            let mut first = String::new();
            let _ = BufReader::new(said).read_line(&mut first).await;
            match node_helper::parse(&first).unwrap_or_default().first() {
                Some(Outcome::Connect { .. }) => Ok(Box::new(Bridged {
                    input: Box::pin(input),
                    output: Box::pin(output),
                    process,
                }) as Box<dyn Stream>),
                Some(Outcome::Failed { errno, .. }) => {
                    let error = io::Error::from_raw_os_error(*errno);
                    Err(EtcdError::from_io(&name, &error))
                }
                _ => Err(no_route(format!(
                    "the helper on node {} did not connect: {}",
                    self.pod.node(),
                    first.trim()
                ))),
            }
        })
    }

    fn overhead(&self) -> Duration {
        OVERHEAD
    }
}

/// One connection of the helper's.
struct Bridged {
    input: Pin<Box<dyn AsyncWrite + Send>>,
    output: Pin<Box<dyn AsyncRead + Send>>,
    process: AttachedProcess,
}

impl Drop for Bridged {
    fn drop(&mut self) {
        self.process.abort();
    }
}

impl AsyncRead for Bridged {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.output.as_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for Bridged {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.input.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input.as_mut().poll_shutdown(cx)
    }
}
