// SPDX-License-Identifier: Apache-2.0

use core::mem::MaybeUninit;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, RawDir};
use rustix::io::{Errno, Result};

use super::stat;
use crate::arguments::Words;
use crate::files::{self, Path};
use crate::line::Line;

/// Deeper than this nobody's data is; a guard for the stack.
const DEPTH: usize = 16;

/// `tree FOLDER [--sum] [--flat] [--if-there]`: a line of facts per entry (unless `--sum`), then
/// the totals. Stays on one file system; with `--flat` also out of every folder. With `--if-there`
/// a missing folder has no entries.
///
/// The folder may be a live one: what goes away while it is walked was not there.
pub fn run(words: Words) -> i32 {
    let Some(root) = words.get(1) else {
        return super::usage(b"tree");
    };
    let mut walk = Walk {
        quiet: words.flag(c"--sum"),
        flat: words.flag(c"--flat"),
        entries: 0,
        size_bytes: 0,
        disk_bytes: 0,
        crossed: 0,
    };
    let walked = (|| {
        let mut path = Path::new(root.to_bytes())?;
        let stat = match rustix::fs::statat(rustix::fs::CWD, root, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) if words.flag(c"--if-there") => return Ok(()),
            stat => stat?,
        };
        let folder = files::open_folder(rustix::fs::CWD, root)?;
        walk.folder(folder, &mut path, stat.st_dev, 0)
    })();
    let line = Line::new("tree").text("path", root.to_bytes());
    match walked {
        Ok(()) => {
            line.flag("ok", true)
                .number("entries", walk.entries)
                .number("size_bytes", walk.size_bytes)
                .number("disk_bytes", walk.disk_bytes)
                .number("other_file_systems", walk.crossed)
                .print();
            crate::DONE
        }
        Err(error) => {
            line.failure("walk", error).print();
            crate::FAILED
        }
    }
}

struct Walk {
    quiet: bool,
    flat: bool,
    entries: u64,
    size_bytes: u64,
    disk_bytes: u64,
    crossed: u64,
}

impl Walk {
    fn folder(
        &mut self,
        folder: OwnedFd,
        path: &mut Path,
        device: u64,
        depth: usize,
    ) -> Result<()> {
        if depth > DEPTH {
            return Err(Errno::LOOP);
        }
        let mut buffer = [MaybeUninit::<u8>::uninit(); 8192];
        let mut entries = RawDir::new(folder.as_fd(), &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let length = path.len();
            path.push(name.to_bytes())?;
            let stat = match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => {
                    path.truncate(length);
                    continue;
                }
                stat => stat?,
            };
            self.entries += 1;
            self.size_bytes += u64::try_from(stat.st_size).unwrap_or(0);
            self.disk_bytes += u64::try_from(stat.st_blocks)
                .unwrap_or(0)
                .saturating_mul(512);
            if !self.quiet {
                let line = Line::new("entry").text("path", path.as_bytes());
                match stat::facts(line, &folder, name) {
                    (line, Ok(())) => line.print(),
                    (_, Err(error)) => return Err(error),
                }
            }
            if !self.flat && FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
                if stat.st_dev == device {
                    match files::open_folder(&folder, name) {
                        Err(Errno::NOENT) => {}
                        inner => self.folder(inner?, path, device, depth + 1)?,
                    }
                } else {
                    self.crossed += 1;
                }
            }
            path.truncate(length);
        }
        Ok(())
    }
}
