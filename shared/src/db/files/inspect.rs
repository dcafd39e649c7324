// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use super::agreement::{Parts, disagreements, newest_usable};
use super::layout::{Files, find_files, names_in, snapshot_database_index};
use super::next::next_steps;
use crate::db::database::{CheckOptions, looks_like_bbolt};
use crate::db::error::DbError;
use crate::db::fault::Severity;
use crate::db::file::check_file;
use crate::db::filefault::{FileFault, FileFaultKind};
use crate::db::raftsnap::{RaftSnapshot, read_snapshot};
use crate::db::report::{FilesKind, FilesReport, SCHEMA, Verdict};
use crate::db::source::FileSource;
use crate::db::wal::{Chain, check_wal};

/// How to look at etcd's files.
#[derive(Clone, Debug, Default)]
pub struct InspectOptions {
    /// For the database.
    pub check: CheckOptions,
    /// Where the WAL is, when not in the data dir.
    pub wal_dir: Option<PathBuf>,
}

/// Bytes [`inspect`] will report as progress, for a bar.
pub fn inspect_bytes(path: &Path) -> Option<u64> {
    let database = find_files(path, None).ok()?.database?;
    Some(std::fs::metadata(database).ok()?.len())
}

/// Looks at a `db` file, a snapshot, a WAL, a raft snapshot or a whole data dir.
///
/// # Errors
/// When nothing of etcd is there, or it cannot be opened.
pub fn inspect(
    path: &Path,
    options: &InspectOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<FilesReport, DbError> {
    let files = find_files(path, options.wal_dir.as_deref())?;
    let mut report = FilesReport {
        schema: SCHEMA,
        path: path.display().to_string(),
        files: files.kind,
        verdict: Verdict::Unknown,
        database: None,
        wal: None,
        raft_snapshots: Vec::new(),
        faults: Vec::new(),
        next_steps: Vec::new(),
    };
    if let Some(single) = &files.single {
        look_at_one(single, &mut report)?;
    } else {
        look_at_all(&files, options, progress, &mut report)?;
    }
    report.verdict = verdict(&report);
    report.next_steps = next_steps(&report);
    Ok(report)
}

fn look_at_one(path: &Path, report: &mut FilesReport) -> Result<(), DbError> {
    let file = FileSource::open(path).map_err(|error| DbError::io(path, error))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    if report.files == FilesKind::RaftSnapshot {
        report.raft_snapshots.push(read_snapshot(&name, &file));
    } else {
        let mut chain = Chain::default();
        let segment = chain.read(&name, &file, true);
        // One segment alone cannot tell about the entries of the others.
        report.wal = Some(chain.into_report(vec![segment]));
    }
    Ok(())
}

fn look_at_all(
    files: &Files,
    options: &InspectOptions,
    progress: &(dyn Fn(u64) + Sync),
    report: &mut FilesReport,
) -> Result<(), DbError> {
    if let Some(path) = &files.database {
        let file = FileSource::open(path).map_err(|error| DbError::io(path, error))?;
        if files.kind != FilesKind::DataDir && !looks_like_bbolt(&file) {
            return Err(DbError::NotEtcd {
                path: path.clone(),
                why: "no page in it is one of a database".to_owned(),
            });
        }
        report.database = Some(check_file(path, options.check, progress)?);
    }
    let mut snapshot_databases = Vec::new();
    if let Some(dir) = &files.snap_dir {
        for name in names_in(dir)? {
            if name.ends_with(".snap") {
                report.raft_snapshots.push(read_named(dir, &name));
            } else if let Some(index) = snapshot_database_index(&name) {
                snapshot_databases.push(index);
            } else if name.ends_with(".broken") || name.starts_with("db.tmp") {
                report
                    .faults
                    .push(FileFault::new(FileFaultKind::LeftOver).of(&name));
            }
        }
    }
    if let Some(dir) = &files.wal_dir {
        let start = newest_usable(&report.raft_snapshots).and_then(|snapshot| snapshot.index);
        let start = if files.kind == FilesKind::Wal {
            Some(u64::MAX)
        } else {
            start
        };
        let wal = check_wal(dir, start).map_err(|error| DbError::io(dir, error))?;
        report.wal = Some(wal);
    }
    if files.kind == FilesKind::DataDir {
        let found = disagreements(&Parts {
            database: report.database.as_ref(),
            wal: report.wal.as_ref(),
            snapshots: &report.raft_snapshots,
            snapshot_databases: &snapshot_databases,
        });
        report.faults.extend(found);
    }
    Ok(())
}

fn read_named(dir: &Path, name: &str) -> RaftSnapshot {
    match FileSource::open(&dir.join(name)) {
        Ok(file) => read_snapshot(name, &file),
        Err(error) => {
            let kind = FileFaultKind::Unreadable {
                error: error.to_string(),
            };
            RaftSnapshot {
                name: name.to_owned(),
                index: None,
                term: None,
                conf_state: None,
                fault: Some(FileFault::new(kind).of(name)),
            }
        }
    }
}

fn verdict(report: &FilesReport) -> Verdict {
    let database = report.database.as_ref().map(|database| database.verdict);
    let wal = report.wal.as_ref().map(|wal| wal.verdict);
    let newest = report.raft_snapshots.last();
    // etcd puts a broken raft snapshot aside and takes the one before: only the newest counts.
    let snapshots = newest.and_then(|snapshot| snapshot.fault.as_ref());
    let snapshots = snapshots.map(|fault| Verdict::of_worst(Some(fault.severity)));
    let older = report
        .raft_snapshots
        .iter()
        .any(|snapshot| snapshot.fault.is_some());
    let older = older.then_some(Verdict::Warning);
    let between: Option<Severity> = report.faults.iter().map(|fault| fault.severity).max();
    let between = between.map(|worst| Verdict::of_worst(Some(worst)));
    let mut verdicts: Vec<Verdict> = [database, wal, snapshots, older, between]
        .into_iter()
        .flatten()
        .collect();
    // A database that changed under the reader makes what does not fit a matter of time.
    if database == Some(Verdict::Unknown) {
        verdicts = vec![Verdict::Unknown];
    }
    verdicts.into_iter().max().unwrap_or(Verdict::Sound)
}
