// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, FileType, StatxAttributes, StatxFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::line::Line;

/// `stat PATH`: one line of facts; a missing path is an answer (`"kind":"absent"`), not a failure.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"stat");
    };
    let line = Line::new("stat").text("path", path.to_bytes());
    match facts(line, rustix::fs::CWD, path) {
        (line, Ok(())) => {
            line.flag("ok", true).print();
            crate::DONE
        }
        (line, Err(error)) => {
            line.failure("stat", error).print();
            crate::FAILED
        }
    }
}

/// Adds kind, size, owner, mode, whether a mount begins here, and the SELinux label.
pub fn facts(line: Line, at: impl AsFd, path: &CStr) -> (Line, Result<(), Errno>) {
    let stat = match rustix::fs::statat(&at, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return (line.text("kind", b"absent"), Ok(())),
        Err(error) => return (line, Err(error)),
    };
    let kind: &[u8] = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => b"file",
        FileType::Directory => b"folder",
        FileType::Symlink => b"symlink",
        _ => b"other",
    };
    let mut line = line
        .text("kind", kind)
        .number("size_bytes", u64::try_from(stat.st_size).unwrap_or(0))
        .number(
            "disk_bytes",
            u64::try_from(stat.st_blocks)
                .unwrap_or(0)
                .saturating_mul(512),
        )
        .number("mode", u64::from(stat.st_mode & 0o7777))
        .number("uid", u64::from(stat.st_uid))
        .number("gid", u64::from(stat.st_gid))
        .number("device", stat.st_dev)
        .number("inode", stat.st_ino)
        .number("links", u64::from(stat.st_nlink as u32))
        .signed("modified_seconds", stat.st_mtime);
    // STATX_ATTR_MOUNT_ROOT since Linux 5.8; before, the caller compares device numbers.
    if let Ok(more) = rustix::fs::statx(
        &at,
        path,
        AtFlags::SYMLINK_NOFOLLOW,
        StatxFlags::BASIC_STATS,
    ) && more
        .stx_attributes_mask
        .contains(StatxAttributes::MOUNT_ROOT)
    {
        line = line.flag(
            "mount_point",
            more.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
        );
    }
    (line, Ok(()))
}
