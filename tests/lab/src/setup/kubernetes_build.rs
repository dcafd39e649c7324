// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::packages::{Tool, ensure, tool};
use super::{cache, debian, say};
use crate::error::{LabError, Result};
use crate::run::{Run, search_path};

/// What the build needs beside the lab's own tools.
const TOOLS: &[Tool] = &[
    // Go 1.18 to 1.23: the patch gives reflect2 the map iterator of those.
    tool("go", &["golang-go"]),
    tool("make", &["make"]),
    tool("rsync", &["rsync"]),
    tool("patch", &["patch"]),
    tool("dpkg-source", &["dpkg-dev"]),
];

const PATCH: &str = include_str!("kubernetes-go1.18.patch");
const VERSION: &str = "v1.20.2";
const PROGRAMS: &[&str] = &[
    "kube-apiserver",
    "kubelet",
    "kube-controller-manager",
    "kube-scheduler",
    "kubeadm",
];

/// Kubernetes v1.20.2 built from Debian bookworm's source package into the cache, once.
///
/// # Errors
/// When a tool is missing and cannot be installed, and those of the build.
pub(super) fn built() -> Result<PathBuf> {
    cache::once("kube-built", |folder| {
        say(&format!(
            "building Kubernetes {VERSION} ({}) from Debian's source package: about 12 minutes \
             of two processors, once",
            PROGRAMS.join(", ")
        ));
        ensure(TOOLS)?;
        let work = tempfile::tempdir().map_err(LabError::file("write", "a temporary folder"))?;
        debian::source("bookworm", "kubernetes", work.path())?;
        let source = source_folder(work.path())?;
        Run::new("patch")
            .args(["-p1", "--quiet"])
            .dir(&source)
            .input(PATCH)
            .ok()?;
        make(&source)?;
        for program in PROGRAMS {
            let from = source.join("_output/bin").join(program);
            fs::copy(&from, folder.join(program)).map_err(LabError::file("copy", &from))?;
        }
        Ok(())
    })
}

fn source_folder(work: &Path) -> Result<PathBuf> {
    fs::read_dir(work)
        .map_err(LabError::file("read", work))?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.is_dir() && path.join("cmd/kube-apiserver").is_dir())
        .ok_or_else(|| LabError::value("Debian's source package has no folder of Kubernetes"))
}

/// Kubernetes' own build, as `debian/rules` calls it.
fn make(source: &Path) -> Result<()> {
    let go_path = source.join(".go");
    let link = go_path.join("src/k8s.io/kubernetes");
    if let Some(parent) = link.parent() {
        fs::create_dir_all(parent).map_err(LabError::file("create", parent))?;
    }
    if !link.exists() {
        std::os::unix::fs::symlink("../../..", &link).map_err(LabError::file("create", &link))?;
    }
    let stamp = source.join("lab-version");
    let lines = format!(
        "KUBE_GIT_COMMIT=''\nKUBE_GIT_TREE_STATE='clean'\nKUBE_GIT_VERSION='{VERSION}'\n\
         KUBE_GIT_MAJOR='1'\nKUBE_GIT_MINOR='20'\n"
    );
    fs::write(&stamp, lines).map_err(LabError::file("write", &stamp))?;
    let what: Vec<String> = PROGRAMS
        .iter()
        .map(|program| format!("cmd/{program}"))
        .collect();
    Run::new("make")
        .arg(format!("WHAT={}", what.join(" ")))
        .env("GOPATH", &go_path)
        .env("HOME", source)
        .env("GOFLAGS", "")
        .env("CGO_ENABLED", "0")
        .env("KUBE_GIT_VERSION_FILE", &stamp)
        .env("PATH", format!("/usr/lib/go/bin:{}", search_path()))
        .dir(source)
        .within(Duration::from_secs(3 * 3600))
        .ok()
        .map(|_| ())
}
