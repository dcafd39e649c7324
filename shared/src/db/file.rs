// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::database::{CheckOptions, check_source, read_metas};
use super::error::DbError;
use super::fault::{Fault, FaultKind};
use super::report::{DbReport, Verdict};
use super::snapshot::{has_trailer, hash_of};
use super::source::{FileSource, Prefix, Source as _};

/// Checks a `db` file or a snapshot. A snapshot's sha256 is computed on a thread of its own
/// beside the walk. `progress` is called with bytes looked at since its last call.
///
/// # Errors
/// When the file cannot be opened.
pub fn check_file(
    path: &Path,
    options: CheckOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<DbReport, DbError> {
    let file = FileSource::open(path).map_err(|error| DbError::io(path, error))?;
    let before = read_metas(&file);
    let is_snapshot = has_trailer(file.len());
    let bytes = if is_snapshot {
        file.len().saturating_sub(32)
    } else {
        file.len()
    };
    let database = Prefix {
        source: &file,
        bytes,
    };
    let (mut report, trailer) = std::thread::scope(|scope| {
        let hash = is_snapshot.then(|| scope.spawn(|| hash_of(&file)));
        let report = check_source(&database, options, progress);
        let trailer = hash.and_then(|thread| match thread.join() {
            Ok(trailer) => trailer.ok(),
            Err(panic) => std::panic::resume_unwind(panic),
        });
        (report, trailer)
    });
    report.file_bytes = file.len();
    if let Some(trailer) = &trailer
        && !trailer.matches()
    {
        let kind = FaultKind::SnapshotHash {
            stored: trailer.stored_sha256.clone(),
            computed: trailer.computed_sha256.clone(),
        };
        *report
            .fault_counts
            .entry(kind.name().to_owned())
            .or_default() += 1;
        report.faults.push(Fault::new(kind, None, bytes));
    }
    report.trailer = trailer;
    let changed = file
        .has_changed()
        .map_err(|error| DbError::io(path, error))?;
    report.changed_while_read = changed || read_metas(&file) != before;
    report.judge();
    if is_snapshot && report.trailer.is_none() && report.verdict != Verdict::Damaged {
        report.verdict = Verdict::Unknown;
    }
    Ok(report)
}
