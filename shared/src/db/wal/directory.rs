// SPDX-License-Identifier: Apache-2.0

use std::io;
use std::path::Path;

use super::chain::Chain;
use super::report::{SegmentReport, WalReport};
use crate::db::filefault::{FileFault, FileFaultKind};
use crate::db::report::Verdict;
use crate::db::source::FileSource;

/// A segment by its name: `seq-index.wal`, both as 16 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    pub(crate) sequence: u64,
    pub(crate) first_index: u64,
    pub(crate) name: String,
}

/// Takes a segment's name apart: sequence number and first raft index.
pub fn segment_name(name: &str) -> Option<(u64, u64)> {
    let (sequence, index) = name.strip_suffix(".wal")?.split_once('-')?;
    let hex = |digits: &str| {
        (digits.len() == 16)
            .then(|| u64::from_str_radix(digits, 16).ok())
            .flatten()
    };
    Some((hex(sequence)?, hex(index)?))
}

/// The segments of a directory in their order.
pub(crate) fn segments_in(dir: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some((sequence, first_index)) = segment_name(&name) {
            segments.push(Segment {
                sequence,
                first_index,
                name,
            });
        }
    }
    segments.sort();
    Ok(segments)
}

/// Checks all segments in `dir`. `snapshot_index` is the index of the newest raft snapshot,
/// where the member starts reading; `None` when it has none.
///
/// # Errors
/// When the directory cannot be listed.
pub fn check_wal(dir: &Path, snapshot_index: Option<u64>) -> io::Result<WalReport> {
    let segments = segments_in(dir)?;
    let mut chain = Chain::default();
    let mut reports: Vec<SegmentReport> = Vec::new();
    let start = snapshot_index.unwrap_or(0);
    if segments.is_empty() {
        chain
            .faults
            .push(FileFault::new(FileFaultKind::WalMissing).says(&[]));
    } else if segments.iter().all(|segment| segment.first_index > start) {
        let first_index = segments.first().map_or(0, |segment| segment.first_index);
        let kind = FileFaultKind::StartMissing {
            snapshot_index: start,
            first_index,
        };
        chain
            .faults
            .push(FileFault::new(kind).says(&["wal: file not found"]));
    }
    let mut expected = segments.first().map(|segment| segment.sequence);
    let last = segments.len().saturating_sub(1);
    for (number, segment) in segments.iter().enumerate() {
        if let Some(expected) = expected.filter(|&expected| expected != segment.sequence) {
            let kind = FileFaultKind::SequenceGap {
                expected,
                found: segment.sequence,
            };
            let fault = FileFault::new(kind).of(&segment.name);
            // Which of the two depends on whether the member starts before or after the gap.
            chain
                .faults
                .push(fault.says(&["wal: file not found", "crc mismatch"]));
            // What follows does not continue the chain; a second message would say no more.
            chain.is_broken = true;
        }
        expected = segment.sequence.checked_add(1);
        let path = dir.join(&segment.name);
        match FileSource::open(&path) {
            Ok(file) => reports.push(chain.read(&segment.name, &file, number == last)),
            Err(error) => {
                let kind = FileFaultKind::Unreadable {
                    error: error.to_string(),
                };
                chain.faults.push(FileFault::new(kind).of(&segment.name));
                chain.is_broken = true;
            }
        }
    }
    chain.finish();
    Ok(chain.into_report(reports))
}

impl Chain {
    /// The report of what has been read.
    pub(crate) fn into_report(self, segments: Vec<SegmentReport>) -> WalReport {
        let verdict = Verdict::of_worst(self.faults.iter().map(|fault| fault.severity).max());
        WalReport {
            verdict,
            identity: self.identity,
            segments,
            first_entry: self.first,
            last_entry: self.last,
            hard_state: self.state,
            last_snapshot: self
                .snapshots
                .iter()
                .max_by_key(|snapshot| snapshot.index)
                .copied(),
            snapshots: self.snapshots,
            faults: self.faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_named_by_two_numbers() {
        assert_eq!(
            segment_name("0000000000000001-00000000000001f4.wal"),
            Some((1, 500))
        );
        assert_eq!(
            segment_name("0000000000000001-00000000000001f4.wal.broken"),
            None
        );
        assert_eq!(segment_name("1-2.wal"), None);
        assert_eq!(segment_name("0.tmp"), None);
    }
}
