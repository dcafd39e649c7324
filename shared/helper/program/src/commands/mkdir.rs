// SPDX-License-Identifier: Apache-2.0

use rustix::fs::Mode;
use rustix::io::Errno;

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// `mkdir FOLDER`: for its owner only; one that is already there is fine.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"mkdir");
    };
    let line = Line::new("mkdir").text("path", path.to_bytes());
    let made = match rustix::fs::mkdir(path, Mode::from_raw_mode(0o700)) {
        Ok(()) => true,
        Err(Errno::EXIST) => false,
        Err(error) => {
            line.failure("mkdir", error).print();
            return crate::FAILED;
        }
    };
    let _ = files::sync_parent(path.to_bytes());
    line.flag("ok", true).flag("made", made).print();
    crate::DONE
}
