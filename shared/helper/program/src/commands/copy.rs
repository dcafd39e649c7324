// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;
use core::mem::MaybeUninit;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, RawDir, Stat, Timespec, Timestamps, Uid, XattrFlags,
};
use rustix::io::{Errno, Result};

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// Deeper than this nobody's data is; a guard for the stack.
const DEPTH: usize = 16;

/// `copy FROM TO`: a file or a folder with all in it, onto a path that must not exist yet; owner,
/// mode, times and extended attributes (the SELinux label is one) kept, everything synced.
pub fn run(words: Words) -> i32 {
    let (Some(from), Some(to)) = (words.get(1), words.get(2)) else {
        return super::usage(b"copy");
    };
    let line = Line::new("copy")
        .text("from", from.to_bytes())
        .text("to", to.to_bytes());
    let here = rustix::fs::CWD;
    let mut total = 0;
    let copied =
        entry(here, from, here, to, 0, &mut total).and_then(|()| files::sync_parent(to.to_bytes()));
    match copied {
        Ok(()) => {
            line.flag("ok", true).number("bytes", total).print();
            crate::DONE
        }
        Err(error) => {
            line.number("bytes", total).failure("copy", error).print();
            crate::FAILED
        }
    }
}

fn entry(
    from_at: BorrowedFd<'_>,
    from: &CStr,
    to_at: BorrowedFd<'_>,
    to: &CStr,
    depth: usize,
    total: &mut u64,
) -> Result<()> {
    let stat = rustix::fs::statat(from_at, from, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => {
            if depth > DEPTH {
                return Err(Errno::LOOP);
            }
            rustix::fs::mkdirat(to_at, to, Mode::from_raw_mode(0o700))?;
            let source = files::open_folder(from_at, from)?;
            let target = files::open_folder(to_at, to)?;
            children(&source, &target, depth, total)?;
            keep(&source, &target, &stat)?;
            rustix::fs::fsync(&target)
        }
        FileType::RegularFile => {
            let source = rustix::fs::openat(
                from_at,
                from,
                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                Mode::empty(),
            )?;
            let target = rustix::fs::openat(
                to_at,
                to,
                OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC,
                Mode::from_raw_mode(0o600),
            )?;
            *total += files::copy_bytes(&source, &target)?;
            keep(&source, &target, &stat)?;
            rustix::fs::fsync(&target)
        }
        FileType::Symlink => {
            let mut buffer = [MaybeUninit::<u8>::uninit(); files::PATH_MAX];
            let (read, _) = rustix::fs::readlinkat_raw(from_at, from, &mut buffer[..])?;
            let link = files::Path::new(read)?;
            rustix::fs::symlinkat(link.as_c_str(), to_at, to)?;
            rustix::fs::chownat(
                to_at,
                to,
                Some(Uid::from_raw(stat.st_uid)),
                Some(Gid::from_raw(stat.st_gid)),
                AtFlags::SYMLINK_NOFOLLOW,
            )
        }
        // A socket or pipe carries no data of etcd's.
        _ => Ok(()),
    }
}

fn children(source: &OwnedFd, target: &OwnedFd, depth: usize, total: &mut u64) -> Result<()> {
    let mut buffer = [MaybeUninit::<u8>::uninit(); 8192];
    let mut entries = RawDir::new(source, &mut buffer);
    while let Some(found) = entries.next() {
        let found = found?;
        let name = found.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        entry(source.as_fd(), name, target.as_fd(), name, depth + 1, total)?;
    }
    Ok(())
}

/// Owner, attributes, mode, times: in this order, because a change of owner drops set-id bits.
fn keep(source: &OwnedFd, target: &OwnedFd, stat: &Stat) -> Result<()> {
    rustix::fs::fchown(
        target,
        Some(Uid::from_raw(stat.st_uid)),
        Some(Gid::from_raw(stat.st_gid)),
    )?;
    attributes(source, target)?;
    rustix::fs::fchmod(target, Mode::from_raw_mode(stat.st_mode & 0o7777))?;
    let time = |seconds: i64, nanoseconds: u64| Timespec {
        tv_sec: seconds,
        tv_nsec: i64::try_from(nanoseconds).unwrap_or(0),
    };
    rustix::fs::futimens(
        target,
        &Timestamps {
            last_access: time(stat.st_atime, stat.st_atime_nsec),
            last_modification: time(stat.st_mtime, stat.st_mtime_nsec),
        },
    )
}

fn attributes(source: &OwnedFd, target: &OwnedFd) -> Result<()> {
    let mut names = [0_u8; 4096];
    let length = match rustix::fs::flistxattr(source, &mut names[..]) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut rest = names.get(..length).unwrap_or_default();
    while let Ok(name) = CStr::from_bytes_until_nul(rest) {
        let mut value = [0_u8; 4096];
        let length = rustix::fs::fgetxattr(source, name, &mut value[..])?;
        let bytes = value.get(..length).unwrap_or_default();
        match rustix::fs::fsetxattr(target, name, bytes, XattrFlags::empty()) {
            // The other file system has no such attributes; the label is then the policy's default.
            Ok(()) | Err(Errno::NOTSUP) => {}
            Err(error) => return Err(error),
        }
        rest = rest
            .get(name.to_bytes_with_nul().len()..)
            .unwrap_or_default();
    }
    Ok(())
}
