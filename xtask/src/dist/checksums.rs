// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// A file's SHA-256 in hex.
pub fn sha256(path: &Path) -> io::Result<String> {
    let digest = Sha256::digest(fs::read(path)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes `SHA256SUMS` for these files beside them, as `sha256sum --check` reads it.
pub fn write(folder: &Path, files: &[PathBuf]) -> io::Result<PathBuf> {
    let mut lines = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        lines.push(format!("{}  {name}\n", sha256(file)?));
    }
    lines.sort_by(|a, b| a.get(66..).cmp(&b.get(66..)));
    let path = folder.join("SHA256SUMS");
    fs::write(&path, lines.concat())?;
    Ok(path)
}
