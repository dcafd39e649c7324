// SPDX-License-Identifier: Apache-2.0

//! How docker's client tells its plugin to end: it closes a socket (docker/cli
//! `cli-plugins/socket`, from 25.0). On a terminal the signal itself comes as well.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::UnixStream;

/// The variable that has the socket's address.
const VARIABLE: &str = "DOCKER_CLI_PLUGIN_SOCKET";

/// The connection to docker's client that runs this program.
pub struct Docker(UnixStream);

/// The connection; `None` where no docker runs this, or an older one.
pub fn connect() -> Option<Docker> {
    let address = std::env::var(VARIABLE).ok().filter(|it| !it.is_empty())?;
    let stream = open(&address).ok()?;
    stream.set_nonblocking(true).ok()?;
    UnixStream::from_std(stream).ok().map(Docker)
}

fn open(address: &str) -> std::io::Result<std::os::unix::net::UnixStream> {
    use std::os::unix::net::{SocketAddr, UnixStream};
    let address = match address.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt as _;
            SocketAddr::from_abstract_name(name)?
        }
        _ => SocketAddr::from_pathname(address)?,
    };
    UnixStream::connect_addr(&address)
}

impl Docker {
    /// Ready once docker's client has closed its end.
    pub fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut bytes = [0; 64];
        loop {
            let mut read = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.0).poll_read(context, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }
}
