// SPDX-License-Identifier: Apache-2.0

//! One at a time, across processes.

use std::fs::{File, create_dir_all};
use std::path::Path;

use crate::error::{LabError, Result};

/// Holds an exclusive lock on `path` (made if need be) until dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub fn take(path: &Path) -> Result<Self> {
        if let Some(parent) = path.parent() {
            create_dir_all(parent).map_err(LabError::file("create", parent))?;
        }
        let file = File::create(path).map_err(LabError::file("write", path))?;
        file.lock().map_err(LabError::file("lock", path))?;
        Ok(Self { _file: file })
    }
}
