use std::io;

use super::source::Source;

/// Bytes read ahead when the reads go forward.
const AHEAD_BYTES: u64 = 256 * 1024;
/// How far forward a read may jump and still count as going forward.
const NEAR_BYTES: u64 = 64 * 1024;

/// Reads pieces of a source through one buffer; pages that lie one behind the other cost one
/// system call for many.
pub(crate) struct Window<'s, S: ?Sized> {
    source: &'s S,
    buffer: Vec<u8>,
    start: u64,
}

impl<'s, S: Source + ?Sized> Window<'s, S> {
    pub(crate) fn new(source: &'s S) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            start: 0,
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
        let held = self.start + self.buffer.len() as u64;
        if offset < self.start || end > held {
            let forward = offset >= self.start && offset <= held + NEAR_BYTES;
            let left = self.source.len().saturating_sub(offset);
            if left < wanted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let ahead = if forward {
                AHEAD_BYTES.min(left).max(wanted)
            } else {
                wanted
            };
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
        let bytes = usize::try_from(bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.buffer.resize(bytes, 0);
        self.start = offset;
        let result = self.source.read_exact_at(offset, &mut self.buffer);
        if result.is_err() {
            self.buffer.clear();
        }
        result
    }
}
