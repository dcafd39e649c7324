// SPDX-License-Identifier: Apache-2.0

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Bytes that can be read at any offset from several threads.
///
/// A file is read with positioned reads, never through a memory map: a mapped file that another
/// process truncates, or a bad sector below it, kills the reader with SIGBUS, which no code can
/// answer. A read says `UnexpectedEof` or the operating system's error instead, and that is a
/// finding with an offset.
pub trait Source: Sync {
    /// Bytes at the time of opening.
    fn len(&self) -> u64;

    /// Whether there is nothing to read.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// `UnexpectedEof` past the end, else what the operating system says.
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

impl Source for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let to = from
            .checked_add(buffer.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let bytes = self.get(from..to).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

/// A file opened for reading, with what it looked like then.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl FileSource {
    /// Opens `path` read-only. Takes no lock: holding one would keep an etcd from starting.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let stat = file.metadata()?;
        if !stat.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        Ok(Self {
            bytes: stat.len(),
            modified: stat.modified().ok(),
            file,
        })
    }

    /// Whether size or modification time differ from those at opening.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn has_changed(&self) -> io::Result<bool> {
        let stat = self.file.metadata()?;
        Ok(stat.len() != self.bytes || stat.modified().ok() != self.modified)
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.bytes
    }

    #[cfg(unix)]
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_exact_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        use std::os::windows::fs::FileExt as _;
        while !buffer.is_empty() {
            let read = self.file.seek_read(buffer, offset)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            offset += read as u64;
            buffer = buffer.get_mut(read..).unwrap_or_default();
        }
        Ok(())
    }
}

/// The first `bytes` of a source: a snapshot without its trailer.
pub(crate) struct Prefix<'a, S: ?Sized> {
    pub(crate) source: &'a S,
    pub(crate) bytes: u64,
}

impl<S: Source + ?Sized> Source for Prefix<'_, S> {
    fn len(&self) -> u64 {
        self.bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset
            .checked_add(buffer.len() as u64)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        if end > self.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.source.read_exact_at(offset, buffer)
    }
}
