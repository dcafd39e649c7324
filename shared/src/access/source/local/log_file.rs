// SPDX-License-Identifier: Apache-2.0

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// As much of the end of a log as tells a crash loop's cause many times over.
const TAIL_BYTES: u64 = 256 * 1024;

/// The end of a log file.
#[derive(Clone, Debug, PartialEq)]
pub struct LogFile {
    /// The file.
    pub path: PathBuf,
    /// When it was written last.
    pub written_at: Option<SystemTime>,
    /// Its last lines, in whatever wrapper the runtime writes.
    pub lines: Vec<String>,
}

/// Reads the end of a log file; nothing where it cannot be read.
pub fn tail(path: &Path) -> Option<LogFile> {
    let mut file = File::open(path).ok()?;
    let meta = file.metadata().ok()?;
    let skipped = meta.len().saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(skipped)).ok()?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    // The first of them may be the end of a longer one.
    let lines = text.lines().skip(usize::from(skipped > 0));
    Some(LogFile {
        path: path.to_owned(),
        written_at: meta.modified().ok(),
        lines: lines.map(str::to_owned).collect(),
    })
}
