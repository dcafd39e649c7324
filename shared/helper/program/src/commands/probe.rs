// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::files::{self, Path};
use crate::line::Line;

const BEFORE: &[u8] = b".kubectl-etcd-probe-a";
const AFTER: &[u8] = b".kubectl-etcd-probe-b";

/// `probe FOLDER`: creates, renames and unlinks a small file in it, as the set-aside will need to.
pub fn run(words: Words) -> i32 {
    let Some(folder) = words.get(1) else {
        return super::usage(b"probe");
    };
    let line = Line::new("probe").text("path", folder.to_bytes());
    match probe(folder) {
        Ok(()) => {
            line.flag("ok", true).print();
            crate::DONE
        }
        Err((tried, error)) => {
            line.failure(tried, error).print();
            crate::FAILED
        }
    }
}

fn probe(folder: &CStr) -> Result<(), (&'static str, Errno)> {
    let path = |name: &[u8]| -> Result<Path, (&'static str, Errno)> {
        let mut path = Path::new(folder.to_bytes()).map_err(|error| ("path", error))?;
        path.push(name).map_err(|error| ("path", error))?;
        Ok(path)
    };
    let (before, after) = (path(BEFORE)?, path(AFTER)?);
    // Left over from a run that was killed: ours, by name.
    let _ = rustix::fs::unlink(before.as_c_str());
    let _ = rustix::fs::unlink(after.as_c_str());
    let file = rustix::fs::open(
        before.as_c_str(),
        OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC,
        Mode::from_raw_mode(0o600),
    )
    .map_err(|error| ("create", error))?;
    files::write_all(&file, b"probe\n").map_err(|error| ("write", error))?;
    let renamed = files::rename_new(before.as_c_str(), after.as_c_str());
    let left = if renamed.is_ok() { &after } else { &before };
    let unlinked = rustix::fs::unlink(left.as_c_str());
    renamed.map_err(|error| ("rename", error))?;
    unlinked.map_err(|error| ("unlink", error))
}
