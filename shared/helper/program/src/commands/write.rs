// SPDX-License-Identifier: Apache-2.0

use core::ffi::CStr;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::files::{self, Path};
use crate::line::Line;

/// `write FILE --from SOURCE [--mode OCTAL] [--like OTHER]`: writes beside and renames over, so
/// that a reader sees the old file or the new one and never half of one. Owner and mode are
/// those of `OTHER` (or of the file it replaces), else root and 0600. `--new` refuses to replace.
pub fn run(words: Words) -> i32 {
    let (Some(path), Some(source)) = (words.get(1), words.option(c"--from")) else {
        return super::usage(b"write");
    };
    let mode = match words.option(c"--mode") {
        None => None,
        Some(text) => match files::number(text, 8).and_then(|mode| u32::try_from(mode).ok()) {
            Some(mode) => Some(mode),
            None => return super::usage(b"write"),
        },
    };
    let like = words.option(c"--like").unwrap_or(path);
    let line = Line::new("write").text("path", path.to_bytes());
    match write(path, source, mode, like, words.flag(c"--new")) {
        Ok(bytes) => {
            line.flag("ok", true).number("bytes", bytes).print();
            crate::DONE
        }
        Err((tried, error)) => {
            line.failure(tried, error).print();
            crate::FAILED
        }
    }
}

fn write(
    path: &CStr,
    source: &CStr,
    mode: Option<u32>,
    like: &CStr,
    new: bool,
) -> Result<u64, (&'static str, Errno)> {
    let from = rustix::fs::open(source, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|error| ("open source", error))?;
    let model = rustix::fs::statat(rustix::fs::CWD, like, AtFlags::empty()).ok();
    // Hidden, and in the same folder: the kubelet ignores names that begin with a dot.
    let mut beside = Path::new(files::parent(path.to_bytes())).map_err(|error| ("path", error))?;
    beside.push(b".").map_err(|error| ("path", error))?;
    let name = path.to_bytes();
    let name = name
        .iter()
        .rposition(|byte| *byte == b'/')
        .and_then(|at| name.get(at + 1..))
        .unwrap_or(name);
    beside.append(name).map_err(|error| ("path", error))?;
    beside
        .append(b".kubectl-etcd-new")
        .map_err(|error| ("path", error))?;
    let _ = rustix::fs::unlink(beside.as_c_str());
    let file = rustix::fs::open(
        beside.as_c_str(),
        OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC,
        Mode::from_raw_mode(0o600),
    )
    .map_err(|error| ("create", error))?;
    let finished = (|| {
        let bytes = files::copy_bytes(&from, &file).map_err(|error| ("write", error))?;
        if let Some(model) = &model {
            rustix::fs::fchown(
                &file,
                Some(rustix::fs::Uid::from_raw(model.st_uid)),
                Some(rustix::fs::Gid::from_raw(model.st_gid)),
            )
            .map_err(|error| ("chown", error))?;
        }
        let mode = mode.or_else(|| model.as_ref().map(|model| model.st_mode & 0o7777));
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode.unwrap_or(0o600)))
            .map_err(|error| ("chmod", error))?;
        rustix::fs::fsync(&file).map_err(|error| ("fsync", error))?;
        if new {
            files::rename_new(beside.as_c_str(), path).map_err(|error| ("rename", error))?;
        } else {
            rustix::fs::rename(beside.as_c_str(), path).map_err(|error| ("rename", error))?;
        }
        files::sync_parent(path.to_bytes()).map_err(|error| ("fsync folder", error))?;
        Ok(bytes)
    })();
    if finished.is_err() {
        // Only our own half-written file.
        let _ = rustix::fs::unlink(beside.as_c_str());
    }
    finished
}
