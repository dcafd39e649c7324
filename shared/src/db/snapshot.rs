// SPDX-License-Identifier: Apache-2.0

use std::io;

use sha2::{Digest as _, Sha256};

use super::report::Trailer;
use super::source::Source;

/// Bytes of the sha256 behind the pages.
const TRAILER_BYTES: usize = 32;
/// Bytes hashed at a time.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Whether a file of this size ends in a sha256: pages are multiples of 512 bytes, and etcd
/// itself tells by the remainder of 32 (`etcdutl/snapshot`).
pub(crate) fn has_trailer(file_bytes: u64) -> bool {
    file_bytes % 512 == TRAILER_BYTES as u64
}

/// Hashes a snapshot and compares with its trailer.
pub(crate) fn hash_of<S: Source + ?Sized>(source: &S) -> io::Result<Trailer> {
    let mut verifier = SnapshotVerifier::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut at = 0;
    while at < source.len() {
        let bytes = usize::try_from(source.len() - at)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        let part = chunk.get_mut(..bytes).unwrap_or_default();
        source.read_exact_at(at, part)?;
        verifier.push(part);
        at += bytes as u64;
    }
    verifier
        .finish()
        .map(|sum| sum.trailer)
        .map_err(|_| io::ErrorKind::UnexpectedEof.into())
}

/// Checks the sha256 of a snapshot while it streams in; the pages are checked afterwards with
/// [`check_file`](super::check_file), which then finds the file in the page cache.
#[derive(Debug, Default)]
pub struct SnapshotVerifier {
    hash: Sha256,
    /// The last bytes seen: they may turn out to be the trailer.
    tail: Vec<u8>,
    bytes: u64,
}

/// A snapshot that has streamed through completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSum {
    /// Bytes in all, trailer included.
    pub bytes: u64,
    /// The sha256 at its end beside the one computed.
    pub trailer: Trailer,
}

/// Why what streamed in is no whole snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// The size is not that of pages with a sha256 behind them: the stream broke off.
    #[error("the snapshot broke off after {bytes} bytes")]
    BrokenOff {
        /// Bytes that came.
        bytes: u64,
    },
}

impl SnapshotVerifier {
    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let held = self.tail.len() + bytes.len();
        let passes = held.saturating_sub(TRAILER_BYTES);
        let from_tail = passes.min(self.tail.len());
        self.hash
            .update(self.tail.get(..from_tail).unwrap_or_default());
        self.tail.drain(..from_tail);
        let (known, rest) = bytes.split_at(passes - from_tail);
        self.hash.update(known);
        self.tail.extend_from_slice(rest);
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// When what came cannot be a whole snapshot.
    pub fn finish(self) -> Result<SnapshotSum, SnapshotError> {
        if !has_trailer(self.bytes) || self.bytes <= TRAILER_BYTES as u64 {
            return Err(SnapshotError::BrokenOff { bytes: self.bytes });
        }
        Ok(SnapshotSum {
            bytes: self.bytes,
            trailer: Trailer {
                stored_sha256: hex(&self.tail),
                computed_sha256: hex(&self.hash.finalize()),
            },
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Vec<u8> {
        let mut bytes = vec![7; 1024];
        let hash = Sha256::digest(&bytes);
        bytes.extend(hash);
        bytes
    }

    #[test]
    fn however_it_is_cut_the_sum_is_the_same() {
        for step in [1, 31, 32, 33, 500, 2000] {
            let mut verifier = SnapshotVerifier::default();
            for chunk in snapshot().chunks(step) {
                verifier.push(chunk);
            }
            let sum = verifier.finish().unwrap();
            assert!(sum.trailer.matches(), "in steps of {step}");
            assert_eq!(sum.bytes, 1056);
        }
    }

    #[test]
    fn one_wrong_byte_is_noticed() {
        let mut bytes = snapshot();
        bytes[100] ^= 1;
        let mut verifier = SnapshotVerifier::default();
        verifier.push(&bytes);
        assert!(!verifier.finish().unwrap().trailer.matches());
    }

    #[test]
    fn a_stream_that_breaks_off_is_no_snapshot() {
        let mut verifier = SnapshotVerifier::default();
        verifier.push(&snapshot()[..1000]);
        assert_eq!(
            verifier.finish(),
            Err(SnapshotError::BrokenOff { bytes: 1000 })
        );
        assert!(SnapshotVerifier::default().finish().is_err());
    }
}
