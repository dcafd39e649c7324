// SPDX-License-Identifier: Apache-2.0

use std::io::{self, Cursor, Read as _};

/// What an entry of an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file; its bytes are in the entry.
    File,
    /// A folder.
    Folder,
    /// A symbolic link with its target as stored.
    Symlink {
        /// Where it leads.
        target: String,
    },
    /// A device, a socket, a hard link: never read.
    Other,
}

/// One entry of an archive that was read out of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// Path as in the archive: it begins with the last part of the path that was asked for.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// Seconds since 1970 of the last change.
    pub changed_unix_seconds: u64,
    /// The file's bytes; empty for all else.
    pub bytes: Vec<u8>,
}

/// Reads a whole tar.
pub(super) fn read(tar: &[u8]) -> io::Result<Vec<ArchiveEntry>> {
    let mut archive = tar::Archive::new(Cursor::new(tar));
    let mut entries = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let header = entry.header();
        let (mode, changed) = (header.mode()?, header.mtime()?);
        let kind = match header.entry_type() {
            tar::EntryType::Regular | tar::EntryType::Continuous => EntryKind::File,
            tar::EntryType::Directory => EntryKind::Folder,
            tar::EntryType::Symlink => EntryKind::Symlink {
                target: entry
                    .link_name_bytes()
                    .map(|name| String::from_utf8_lossy(&name).into_owned())
                    .unwrap_or_default(),
            },
            _ => EntryKind::Other,
        };
        let mut bytes = Vec::new();
        if kind == EntryKind::File {
            entry.read_to_end(&mut bytes)?;
        }
        entries.push(ArchiveEntry {
            path,
            kind,
            mode,
            changed_unix_seconds: changed,
            bytes,
        });
    }
    Ok(entries)
}
