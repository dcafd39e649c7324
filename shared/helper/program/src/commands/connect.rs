// SPDX-License-Identifier: Apache-2.0

use core::net::{IpAddr, SocketAddr};

use rustix::event::{PollFd, PollFlags};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// `connect ADDRESS PORT`: stdin and stdout become a TCP connection from here to there. That it
/// stands, or why it does not, is said on stderr; it ends when either side does.
pub fn run(words: Words) -> i32 {
    let address = words
        .get(1)
        .and_then(|text| core::str::from_utf8(text.to_bytes()).ok())
        .and_then(|text| text.parse::<IpAddr>().ok());
    let port = words
        .get(2)
        .and_then(|text| files::number(text, 10))
        .and_then(|port| u16::try_from(port).ok());
    let (Some(address), Some(port)) = (address, port) else {
        return super::usage(b"connect");
    };
    let line = Line::new("connect").text("path", words.get(1).unwrap_or(c"").to_bytes());
    let socket = match open(SocketAddr::new(address, port)) {
        Ok(socket) => socket,
        Err(error) => {
            line.failure("connect", error).print_aside();
            return crate::FAILED;
        }
    };
    line.flag("ok", true).print_aside();
    // Both ends may just go away: that is how a connection ends.
    let _ = bridge(&socket);
    crate::DONE
}

fn open(to: SocketAddr) -> Result<OwnedFd, Errno> {
    let family = match to {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let socket = rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    rustix::io::retry_on_intr(|| rustix::net::connect(&socket, &to))?;
    Ok(socket)
}

fn bridge(socket: &OwnedFd) -> Result<(), Errno> {
    // SAFETY: descriptors 0 and 1 are never closed by this program.
    let (stdin, stdout) = unsafe { (rustix::stdio::stdin(), rustix::stdio::stdout()) };
    let mut buffer = [0_u8; 65536];
    loop {
        let ready = {
            let mut watched = [
                PollFd::new(&stdin, PollFlags::IN),
                PollFd::new(socket, PollFlags::IN),
            ];
            rustix::io::retry_on_intr(|| rustix::event::poll(&mut watched, None))?;
            watched.map(|one| !one.revents().is_empty())
        };
        if ready[0] {
            let read = rustix::io::retry_on_intr(|| rustix::io::read(stdin, &mut buffer))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            files::write_all(socket, bytes)?;
        }
        if ready[1] {
            let read = rustix::io::retry_on_intr(|| rustix::io::read(socket, &mut buffer))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            files::write_all(stdout, bytes)?;
        }
    }
}
