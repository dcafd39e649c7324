// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;
use core::mem::MaybeUninit;

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, FileType, RawDir};
use rustix::io::{Errno, Result};

use crate::arguments::Words;
use crate::files;
use crate::line::Line;

/// Deeper than this nobody's data is; a guard for the stack.
const DEPTH: usize = 16;

/// `remove-aside PATH`: removes for good a folder (or file) that the tool set aside, known by its
/// name (`NAME.before-YYYYMMDDTHHMMSSZ`), and nothing else; it stays on its file system.
pub fn run(words: Words) -> i32 {
    let Some(path) = words.get(1) else {
        return super::usage(b"remove-aside");
    };
    let line = Line::new("remove-aside").text("path", path.to_bytes());
    if !is_aside(path.to_bytes()) {
        line.failure("not set aside", Errno::PERM).print();
        return crate::FAILED;
    }
    let here = rustix::fs::CWD;
    let removed = rustix::fs::statat(here, path, AtFlags::SYMLINK_NOFOLLOW).and_then(|stat| {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {}
            FileType::RegularFile => {
                return rustix::fs::unlinkat(here, path, AtFlags::empty());
            }
            _ => return Err(Errno::NOTDIR),
        }
        children(here, path, stat.st_dev, 0)?;
        rustix::fs::unlinkat(here, path, AtFlags::REMOVEDIR)
    });
    match removed {
        Ok(()) => line.flag("ok", true).print(),
        Err(Errno::NOENT) => line.flag("ok", true).print(),
        Err(error) => {
            line.failure("remove", error).print();
            return crate::FAILED;
        }
    }
    crate::DONE
}

/// Whether the last part of a path ends in `.before-` and a stamp.
fn is_aside(path: &[u8]) -> bool {
    const MARK: &[u8] = b".before-";
    const STAMP: usize = 16;
    let Some(split) = path.len().checked_sub(STAMP) else {
        return false;
    };
    let (head, stamp) = path.split_at(split);
    head.ends_with(MARK)
        && stamp.iter().enumerate().all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

fn children(at: impl AsFd, path: &CStr, device: u64, depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(Errno::LOOP);
    }
    let folder = files::open_folder(at, path)?;
    let mut buffer = [MaybeUninit::<u8>::uninit(); 8192];
    let mut entries = RawDir::new(&folder, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let stat = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if stat.st_dev != device {
            return Err(Errno::XDEV);
        }
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            children(&folder, name, device, depth + 1)?;
            rustix::fs::unlinkat(&folder, name, AtFlags::REMOVEDIR)?;
        } else {
            rustix::fs::unlinkat(&folder, name, AtFlags::empty())?;
        }
    }
    Ok(())
}
