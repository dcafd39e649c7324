// SPDX-License-Identifier: Apache-2.0

use crate::arguments::Words;
use crate::line::Line;

/// `space FOLDER`: room on its file system in bytes and inodes, for users other than root.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"space");
    };
    let line = Line::new("space").text("path", path.to_bytes());
    match rustix::fs::statvfs(path) {
        Ok(facts) => {
            line.flag("ok", true)
                .number("free_bytes", facts.f_bavail.saturating_mul(facts.f_frsize))
                .number("total_bytes", facts.f_blocks.saturating_mul(facts.f_frsize))
                .number("free_inodes", facts.f_favail)
                .flag(
                    "read_only",
                    facts.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY),
                )
                .print();
            crate::DONE
        }
        Err(error) => {
            line.failure("statvfs", error).print();
            crate::FAILED
        }
    }
}
