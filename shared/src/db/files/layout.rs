// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use crate::db::error::DbError;
use crate::db::report::FilesKind;
use crate::db::snapshot::has_trailer;
use crate::db::wal::segment_name;

/// The files a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) kind: FilesKind,
    pub(crate) database: Option<PathBuf>,
    /// Where the database of a data dir should be.
    pub(crate) snap_dir: Option<PathBuf>,
    pub(crate) wal_dir: Option<PathBuf>,
    /// A single segment or raft snapshot.
    pub(crate) single: Option<PathBuf>,
}

/// Finds out what `path` is: a data dir, its `member`, `member/snap`, a WAL directory, or one
/// file. `wal_dir` names a WAL kept elsewhere (`--wal-dir` of etcd).
pub(crate) fn find_files(path: &Path, wal_dir: Option<&Path>) -> Result<Files, DbError> {
    let stat = fs::metadata(path).map_err(|error| DbError::io(path, error))?;
    let mut files = Files {
        kind: FilesKind::DataDir,
        database: None,
        snap_dir: None,
        wal_dir: wal_dir.map(Path::to_owned),
        single: None,
    };
    if !stat.is_dir() {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if segment_name(&name).is_some() {
            files.kind = FilesKind::Wal;
            files.single = Some(path.to_owned());
        } else if name.ends_with(".snap") {
            files.kind = FilesKind::RaftSnapshot;
            files.single = Some(path.to_owned());
        } else {
            let is_snapshot = has_trailer(stat.len());
            files.kind = if is_snapshot {
                FilesKind::Snapshot
            } else {
                FilesKind::Database
            };
            files.database = Some(path.to_owned());
        }
        return Ok(files);
    }
    let member = path.join("member");
    let member = if member.is_dir() {
        member
    } else {
        path.to_owned()
    };
    let snap = member.join("snap");
    let wal = member.join("wal");
    if snap.is_dir() || wal.is_dir() {
        files.snap_dir = Some(snap.clone());
        files.wal_dir = files.wal_dir.or_else(|| wal.is_dir().then_some(wal));
    } else if holds(path, |name| segment_name(name).is_some())? {
        files.kind = FilesKind::Wal;
        files.wal_dir = Some(path.to_owned());
        return Ok(files);
    } else if path.join("db").is_file() || holds(path, |name| name.ends_with(".snap"))? {
        files.snap_dir = Some(path.to_owned());
    } else {
        return Err(DbError::NotADataDir {
            path: path.to_owned(),
        });
    }
    files.database = files
        .snap_dir
        .as_ref()
        .map(|snap| snap.join("db"))
        .filter(|db| db.is_file());
    Ok(files)
}

/// The names in a directory, sorted; a missing directory has none.
pub(crate) fn names_in(dir: &Path) -> Result<Vec<String>, DbError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(DbError::io(dir, error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| DbError::io(dir, error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn holds(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<bool, DbError> {
    Ok(names_in(dir)?.iter().any(|name| wanted(name)))
}

/// The index a snapshot's database is named by: `<16 hex digits>.snap.db`.
pub(crate) fn snapshot_database_index(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_suffix(".snap.db")?, 16).ok()
}
