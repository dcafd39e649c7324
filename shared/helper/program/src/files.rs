// SPDX-License-Identifier: Apache-2.0

//! What several commands do with files.

use core::ffi::CStr;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, Result};

/// The longest path the kernel takes (PATH_MAX).
pub const PATH_MAX: usize = 4096;

/// A path on the stack, always ending in NUL.
pub struct Path {
    bytes: [u8; PATH_MAX],
    length: usize,
}

impl Path {
    /// `base`.
    pub fn new(base: &[u8]) -> Result<Self> {
        let mut path = Self {
            bytes: [0; PATH_MAX],
            length: 0,
        };
        path.append(base)?;
        Ok(path)
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, more: &[u8]) -> Result<()> {
        let end = self.length + more.len();
        // One byte stays for the NUL.
        if end >= PATH_MAX {
            return Err(Errno::NAMETOOLONG);
        }
        self.bytes
            .get_mut(self.length..end)
            .ok_or(Errno::NAMETOOLONG)?
            .copy_from_slice(more);
        self.length = end;
        Ok(())
    }

    /// Adds `/name`.
    pub fn push(&mut self, name: &[u8]) -> Result<()> {
        if self.length > 0 && self.as_bytes().last() != Some(&b'/') {
            self.append(b"/")?;
        }
        self.append(name)
    }

    /// Cuts back to `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        if let Some(tail) = self.bytes.get_mut(length..self.length) {
            tail.fill(0);
        }
        self.length = self.length.min(length);
    }

    /// Its length.
    pub fn len(&self) -> usize {
        self.length
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// For a system call.
    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or(c"")
    }
}

/// The folder that holds `path`; "." for a bare name.
pub fn parent(path: &[u8]) -> &[u8] {
    let trimmed = trim(path);
    match trimmed.iter().rposition(|byte| *byte == b'/') {
        Some(0) => b"/",
        Some(at) => trimmed.get(..at).unwrap_or(b"."),
        None => b".",
    }
}

/// Without slashes at the end.
pub fn trim(path: &[u8]) -> &[u8] {
    let end = path
        .iter()
        .rposition(|byte| *byte != b'/')
        .map_or(path.len().min(1), |at| at + 1);
    path.get(..end).unwrap_or(path)
}

/// Opens a folder.
pub fn open_folder(at: impl AsFd, path: &CStr) -> Result<OwnedFd> {
    rustix::fs::openat(
        at,
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// Makes renames in the folder of `path` lasting.
pub fn sync_parent(path: &[u8]) -> Result<()> {
    let folder = Path::new(parent(path))?;
    let opened = rustix::fs::open(
        folder.as_c_str(),
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    match rustix::fs::fsync(opened) {
        // Some file systems cannot sync a folder, and say so: nothing more can be done.
        Err(Errno::INVAL) => Ok(()),
        other => other,
    }
}

/// Renames and never replaces what is already there.
pub fn rename_new(from: &CStr, to: &CStr) -> Result<()> {
    let here = rustix::fs::CWD;
    match rustix::fs::renameat_with(here, from, here, to, RenameFlags::NOREPLACE) {
        // Old kernels and some file systems (overlay, NFS) have no such flag.
        Err(Errno::INVAL | Errno::NOSYS) => {
            match rustix::fs::statat(here, to, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => rustix::fs::renameat(here, from, here, to),
                Ok(_) => Err(Errno::EXIST),
                Err(error) => Err(error),
            }
        }
        other => other,
    }
}

/// Writes all of `bytes`.
pub fn write_all(to: impl AsFd, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(&to, bytes))?;
        if written == 0 {
            return Err(Errno::IO);
        }
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Copies the rest of `from` into `to`; returns the bytes copied.
pub fn copy_bytes(from: impl AsFd, to: impl AsFd) -> Result<u64> {
    let mut buffer = [0_u8; 65536];
    let mut total = 0_u64;
    loop {
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&from, &mut buffer))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(total);
        };
        write_all(&to, bytes)?;
        total += bytes.len() as u64;
    }
}

/// A decimal number of at most 64 bits.
pub fn number(text: &CStr, radix: u64) -> Option<u64> {
    let bytes = text.to_bytes();
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u64, |sum, byte| {
        let digit = u64::from(byte.checked_sub(b'0')?);
        if digit >= radix {
            return None;
        }
        sum.checked_mul(radix)?.checked_add(digit)
    })
}
