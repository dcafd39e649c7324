// SPDX-License-Identifier: Apache-2.0

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::line::Line;

/// `lock FILE [--test]`: takes the exclusive flock that etcd (bbolt) takes on its database and
/// holds it until this process is killed. With `--test` it lets go at once.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"lock");
    };
    let line = Line::new("lock").text("path", path.to_bytes());
    // bbolt opens for reading and writing; a lock on a network file system may need that too.
    let file = match rustix::fs::open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()) {
        Ok(file) => file,
        Err(error) => {
            line.failure("open", error).print();
            return crate::FAILED;
        }
    };
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => line.flag("ok", true).flag("held", true).print(),
        Err(error) => {
            line.flag("held_by_another", error == Errno::WOULDBLOCK)
                .failure("flock", error)
                .print();
            return crate::FAILED;
        }
    }
    if words.flag(c"--test") {
        return crate::DONE;
    }
    loop {
        rustix::event::pause();
    }
}
