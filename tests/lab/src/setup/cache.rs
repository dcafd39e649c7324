// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{LabError, Result};
use crate::lock::FileLock;

/// Where fetched and unpacked things stay: `kubectl-etcd/lab` in the XDG cache folder.
pub fn root() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .unwrap_or_else(|| PathBuf::from("/var/cache"));
    base.join("kubectl-etcd").join("lab")
}

/// The folder `entry` of the cache, made by `make` the first time.
///
/// `make` fills a temporary folder which is renamed when it is complete, under a lock:
/// two processes never do the same work, and a half-made entry is never seen.
///
/// # Errors
/// Those of `make`, and file errors.
pub fn once(entry: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let root = root();
    let path = root.join(entry);
    if path.is_dir() {
        return Ok(path);
    }
    let _lock = FileLock::take(&root.join("locks").join(entry.replace('/', "-")))?;
    if path.is_dir() {
        return Ok(path);
    }
    let parent = path.parent().unwrap_or(&root);
    fs::create_dir_all(parent).map_err(LabError::file("create", parent))?;
    let unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        .tempdir_in(parent)
        .map_err(LabError::file("write", parent))?;
    make(unfinished.path())?;
    let unfinished = unfinished.keep();
    fs::rename(&unfinished, &path).map_err(LabError::file("rename", &unfinished))?;
    Ok(path)
}
