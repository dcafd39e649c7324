// SPDX-License-Identifier: Apache-2.0

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::line::Line;

/// The most that one line carries; longer files are refused rather than cut.
const LIMIT: usize = 1 << 20;

/// `read FILE [--if-there]`: its bytes in hex, in lines of 1 KiB each, then a line with the total;
/// with `--if-there` a missing file is an answer (`"absent":true`) and not a failure.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"read");
    };
    let failed = |tried: &str, error: Errno| {
        Line::new("read")
            .text("path", path.to_bytes())
            .failure(tried, error)
            .print();
        crate::FAILED
    };
    let file = match rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) if words.flag(c"--if-there") => {
            Line::new("read")
                .text("path", path.to_bytes())
                .flag("ok", true)
                .number("bytes", 0)
                .flag("absent", true)
                .print();
            return crate::DONE;
        }
        Err(error) => return failed("open", error),
    };
    let mut total = 0;
    let mut buffer = [0_u8; 1024];
    loop {
        let read = match rustix::io::retry_on_intr(|| rustix::io::read(&file, &mut buffer)) {
            Ok(read) => read,
            Err(error) => return failed("read", error),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        total += read;
        if total > LIMIT {
            return failed("read", Errno::FBIG);
        }
        Line::new("part")
            .text("path", path.to_bytes())
            .hex("hex", bytes)
            .print();
    }
    Line::new("read")
        .text("path", path.to_bytes())
        .flag("ok", true)
        .number("bytes", total as u64)
        .print();
    crate::DONE
}
