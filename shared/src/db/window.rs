// SPDX-License-Identifier: Apache-2.0

use std::io;

use super::source::Source;

/// Bytes read ahead at first when the reads go forward; doubled while they go on to.
const FIRST_AHEAD_BYTES: u64 = 16 * 1024;
/// Bytes read ahead at most: as much as stays in the processor's cache until it is looked at.
const MOST_AHEAD_BYTES: u64 = 64 * 1024;
/// How far forward a read may jump and still count as going forward.
const NEAR_BYTES: u64 = 32 * 1024;

/// Reads pieces of a source through one buffer; pages that lie one behind the other cost one
/// system call for many.
pub(crate) struct Window<'s, S: ?Sized> {
    source: &'s S,
    /// Only the first `held` bytes count.
    buffer: Vec<u8>,
    held: u64,
    start: u64,
    ahead: u64,
}

impl<'s, S: Source + ?Sized> Window<'s, S> {
    pub(crate) fn new(source: &'s S) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            held: 0,
            start: 0,
            ahead: 0,
        }
    }

    pub(crate) fn source(&self) -> &'s S {
        self.source
    }

    /// The `bytes` at `offset`. The caller bounds `bytes`; the buffer grows to it.
    pub(crate) fn read(&mut self, offset: u64, bytes: usize) -> io::Result<&[u8]> {
        let wanted = bytes as u64;
        let end = offset
            .checked_add(wanted)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let held_end = self.start + self.held;
        if offset < self.start || end > held_end {
            let left = self.source.len().saturating_sub(offset);
            if left < wanted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let is_forward = self.held > 0 && offset >= held_end && offset - held_end <= NEAR_BYTES;
            self.ahead = match (is_forward, self.ahead) {
                (false, _) => 0,
                (true, 0) => FIRST_AHEAD_BYTES,
                (true, ahead) => (ahead * 2).min(MOST_AHEAD_BYTES),
            };
            let ahead = self.ahead.min(left).max(wanted);
            if let Err(error) = self.fill(offset, ahead) {
                if ahead == wanted {
                    return Err(error);
                }
                // One bad sector in the read-ahead must not cost the pages before it.
                self.fill(offset, wanted)?;
            }
        }
        let at = usize::try_from(offset - self.start).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        self.buffer
            .get(at..)
            .and_then(|rest| rest.get(..bytes))
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn fill(&mut self, offset: u64, bytes: u64) -> io::Result<()> {
        let length = usize::try_from(bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        self.held = 0;
        self.start = offset;
        let buffer = self.buffer.get_mut(..length).unwrap_or_default();
        self.source.read_exact_at(offset, buffer)?;
        self.held = bytes;
        Ok(())
    }
}
