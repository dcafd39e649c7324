// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// `receive FILE BYTES`: that many bytes of stdin, no more and no less, become the file (0600). The
/// end of the stream cannot be waited for: an API server before 1.30 does not pass it on.
pub fn run(words: Words) -> i32 {
    let (Some(path), Some(bytes)) = (
        words.get(1),
        words.get(2).and_then(|text| files::number(text, 10)),
    ) else {
        return super::usage(b"receive");
    };
    let line = Line::new("receive").text("path", path.to_bytes());
    match receive(path, bytes) {
        Ok(()) => {
            line.flag("ok", true).number("bytes", bytes).print();
            crate::DONE
        }
        Err((tried, error)) => {
            line.failure(tried, error).print();
            crate::FAILED
        }
    }
}

fn receive(path: &CStr, bytes: u64) -> Result<(), (&'static str, Errno)> {
    let file = rustix::fs::open(
        path,
        OFlags::CREATE | OFlags::TRUNC | OFlags::WRONLY | OFlags::CLOEXEC,
        Mode::from_raw_mode(0o600),
    )
    .map_err(|error| ("create", error))?;
    // SAFETY: descriptor 0 is never closed by this program.
    let stdin = unsafe { rustix::stdio::stdin() };
    let mut left = bytes;
    let mut buffer = [0_u8; 4096];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(buffer.len()).min(buffer.len());
        let room = buffer.get_mut(..wanted).unwrap_or_default();
        let read = rustix::io::retry_on_intr(|| rustix::io::read(stdin, &mut *room))
            .map_err(|error| ("read", error))?;
        if read == 0 {
            return Err(("read", Errno::IO));
        }
        files::write_all(&file, room.get(..read).unwrap_or_default())
            .map_err(|error| ("write", error))?;
        left -= read as u64;
    }
    Ok(())
}
