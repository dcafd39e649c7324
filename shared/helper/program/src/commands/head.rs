// SPDX-License-Identifier: Apache-2.0

use core::mem::MaybeUninit;

use rustix::fd::AsFd;
use rustix::fs::{Mode, OFlags, RawDir};
use rustix::io::Errno;

use crate::arguments::Words;
use crate::files::{self, Path};
use crate::line::Line;

/// As much as is shown of a file.
const LIMIT: usize = 64 << 10;

/// `head FOLDER SUFFIX`: the first 64 KiB of the first file by name that ends in SUFFIX, as `read`
/// shows them; the last line says which file. Without such a file it says `"absent":true`. A
/// failure is told and does not keep the commands after it from running: what is damaged is what
/// is looked at.
pub fn run(words: Words) -> i32 {
    let (Some(folder), Some(suffix)) = (words.get(1), words.get(2)) else {
        return super::usage(b"head");
    };
    let line = Line::new("head").text("path", folder.to_bytes());
    match head(folder.to_bytes(), suffix.to_bytes()) {
        Ok(Some(bytes)) => line
            .flag("ok", true)
            .number("bytes", bytes as u64)
            .print(),
        Ok(None) => line
            .flag("ok", true)
            .number("bytes", 0)
            .flag("absent", true)
            .print(),
        Err((tried, error)) => line.failure(tried, error).print(),
    }
    crate::DONE
}

fn head(folder: &[u8], suffix: &[u8]) -> Result<Option<usize>, (&'static str, Errno)> {
    let mut path = Path::new(folder).map_err(|error| ("path", error))?;
    let opened = match files::open_folder(rustix::fs::CWD, path.as_c_str()) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(("open folder", error)),
    };
    let Some(first) = first(&opened, suffix).map_err(|error| ("list", error))? else {
        return Ok(None);
    };
    path.push(first.as_bytes()).map_err(|error| ("path", error))?;
    let file = rustix::fs::open(
        path.as_c_str(),
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|error| ("open", error))?;
    let mut total = 0;
    let mut buffer = [0_u8; 1024];
    while total < LIMIT {
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&file, &mut buffer))
            .map_err(|error| ("read", error))?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        total += read;
        // Under the folder's name, as the closing line has it.
        Line::new("part")
            .text("path", folder)
            .hex("hex", bytes)
            .print();
    }
    Ok(Some(total))
}

/// The first name by its bytes.
fn first(folder: impl AsFd, suffix: &[u8]) -> rustix::io::Result<Option<Path>> {
    let mut least: Option<Path> = None;
    let mut buffer = [MaybeUninit::<u8>::uninit(); 8192];
    let mut entries = RawDir::new(folder, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        let is_less = least.as_ref().is_none_or(|least| name < least.as_bytes());
        if name.ends_with(suffix) && is_less {
            least = Some(Path::new(name)?);
        }
    }
    Ok(least)
}
