// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use shared::error::ShownError;

/// Makes the git repository that `kubectl krew index add NAME URL` takes: krew wants the manifests
/// in a top-level `plugins/`, which in the project's own repository holds the crates.
///
/// # Errors
/// git is missing or fails, or the folder cannot be written.
pub fn write(folder: &Path, manifests: &[PathBuf], version: &str) -> Result<(), ShownError> {
    let unusable = |error: std::io::Error| {
        ShownError::failed(format!("\"{}\" cannot be written", folder.display())).caused_by(error)
    };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(unusable)?;
    }
    let plugins = folder.join("plugins");
    fs::create_dir_all(&plugins).map_err(unusable)?;
    for manifest in manifests {
        let name = manifest.file_name().unwrap_or_default();
        fs::copy(manifest, plugins.join(name)).map_err(unusable)?;
    }
    fs::write(folder.join("README.md"), README).map_err(unusable)?;
    git(folder, &["init", "--quiet", "--initial-branch=main"])?;
    git(folder, &["add", "--all"])?;
    git(
        folder,
        &[
            "-c",
            "user.name=kubectl-etcd release",
            "-c",
            "user.email=release@kubectl-etcd.invalid",
            "commit",
            "--quiet",
            "--message",
            version,
        ],
    )
}

fn git(folder: &Path, args: &[&str]) -> Result<(), ShownError> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(args)
        // A developer's own hooks, signing and templates have no part in it.
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .map_err(|error| ShownError::failed("git could not be run").caused_by(error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(ShownError::failed(format!("git {} failed", args.join(" ")))
        .caused_by(String::from_utf8_lossy(&output.stderr).trim()))
}

const README: &str = "\
# krew index of kubectl-etcd

Made by `cargo xtask dist` of the project; do not edit.

    kubectl krew index add kubectl-etcd https://github.com/kubectl-etcd/krew-index.git
    kubectl krew install kubectl-etcd/etcd-health kubectl-etcd/etcd-replace
";
