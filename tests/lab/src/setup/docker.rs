// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use super::debian;
use crate::error::Result;
use crate::run::Run;

/// A Docker engine unpacked privately; it runs with the system's runc and its own folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerEngine {
    /// Its version as `dockerd --version` says it.
    pub version: String,
    /// The folders to put first on the PATH of `dockerd`, so that it finds its own containerd.
    pub path: Vec<PathBuf>,
}

/// The engine of a Debian suite (`bookworm` 20.10, `trixie` 26.1, `sid` 28.5 or later).
///
/// # Errors
/// Those of the download; when what came does not run.
pub fn docker_engine(suite: &str) -> Result<DockerEngine> {
    let folder = debian::unpacked(suite, &["docker.io", "containerd"])?;
    let path = vec![folder.join("usr/sbin"), folder.join("usr/bin")];
    let said = Run::new(folder.join("usr/sbin/dockerd"))
        .arg("--version")
        .ok()?;
    let version = said
        .split_whitespace()
        .skip_while(|word| *word != "version")
        .nth(1)
        .unwrap_or_default()
        .trim_end_matches(',')
        .to_owned();
    Ok(DockerEngine { version, path })
}

/// docker's client of a Debian suite. Up to bookworm it is part of the package `docker.io`.
///
/// # Errors
/// Those of the download.
pub fn docker_client(suite: &str) -> Result<PathBuf> {
    let package = if suite == "bookworm" {
        "docker.io"
    } else {
        "docker-cli"
    };
    Ok(debian::unpacked(suite, &[package])?.join("usr/bin/docker"))
}
