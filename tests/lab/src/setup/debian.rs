// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt_sources::{self, Archive};
use super::{cache, say};
use crate::error::{LabError, Result};
use crate::run::Run;

/// Names a Debian mirror where this machine's own apt has none (Ubuntu).
const MIRROR: &str = "LAB_DEBIAN_MIRROR";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Packages of a Debian suite unpacked into the cache, never installed: installing some of them
/// would start a service, and none of them has to fit this machine's own suite.
///
/// # Errors
/// When there is no apt or no Debian archive to ask, and those of the download.
pub fn unpacked(suite: &str, packages: &[&str]) -> Result<PathBuf> {
    let entry = format!("debian/{suite}-{}", packages.join("+"));
    cache::once(&entry, |folder| {
        say(&format!(
            "unpacking {} of Debian {suite} into the cache (not installed)",
            packages.join(", ")
        ));
        let root = AptRoot::make(suite, "deb")?;
        let downloads =
            tempfile::tempdir().map_err(LabError::file("write", "a temporary folder"))?;
        root.apt_get()
            .arg("download")
            .args(packages)
            .dir(downloads.path())
            .within(Duration::from_secs(600))
            .ok()?;
        let listed =
            fs::read_dir(downloads.path()).map_err(LabError::file("read", downloads.path()))?;
        for deb in listed.flatten() {
            Run::new("dpkg-deb")
                .arg("-x")
                .arg(deb.path())
                .arg(folder)
                .ok()?;
        }
        Ok(())
    })
}

/// The unpacked source package of a Debian suite, in `folder`.
///
/// # Errors
/// As [`unpacked`].
pub fn source(suite: &str, package: &str, folder: &Path) -> Result<()> {
    let root = AptRoot::make(suite, "deb-src")?;
    root.apt_get()
        .args(["source", "--only-source", package])
        .dir(folder)
        .within(Duration::from_secs(600))
        .ok()?;
    Ok(())
}

/// A root for apt of its own: its sources, lists and caches, no word about what is installed.
struct AptRoot {
    folder: tempfile::TempDir,
}

impl AptRoot {
    fn make(suite: &str, kind: &str) -> Result<Self> {
        let archive = archive(suite)?;
        let folder = tempfile::tempdir().map_err(LabError::file("write", "a temporary folder"))?;
        for part in ["lists/partial", "cache/archives/partial"] {
            let path = folder.path().join(part);
            fs::create_dir_all(&path).map_err(LabError::file("create", &path))?;
        }
        let sources = folder.path().join("sources.list");
        fs::write(&sources, archive.source_line(kind, suite))
            .map_err(LabError::file("write", &sources))?;
        let root = Self { folder };
        root.apt_get()
            .args(["update", "-qq"])
            .within(Duration::from_secs(300))
            .ok()?;
        Ok(root)
    }

    fn apt_get(&self) -> Run {
        let at = self.folder.path().display();
        let options = [
            format!("Dir::Etc::sourcelist={at}/sources.list"),
            "Dir::Etc::sourceparts=/nonexistent".to_owned(),
            format!("Dir::State::lists={at}/lists"),
            format!("Dir::Cache={at}/cache"),
            "Dir::State::status=/dev/null".to_owned(),
            "APT::Sandbox::User=root".to_owned(),
        ];
        Run::new("apt-get").args(options.iter().flat_map(|option| ["-o", option.as_str()]))
    }
}

fn archive(suite: &str) -> Result<Archive> {
    let lacking = |install: String| LabError::Missing {
        what: format!("packages of Debian {suite}"),
        install,
    };
    if which::which("apt-get").is_err() || which::which("dpkg-deb").is_err() {
        return Err(lacking(
            "run the lab on Debian or Ubuntu: it unpacks them with apt-get and dpkg-deb".to_owned(),
        ));
    }
    if let Some(uri) = std::env::var(MIRROR).ok().filter(|uri| !uri.is_empty()) {
        let signed_by = Path::new(KEYRING).exists().then(|| KEYRING.to_owned());
        return Ok(Archive { uri, signed_by });
    }
    apt_sources::load().ok_or_else(|| {
        lacking(format!(
            "this machine's apt sources name no Debian archive (Ubuntu?): `apt-get install \
             debian-archive-keyring`, then set {MIRROR} to the URL of a Debian mirror, or choose \
             etcd 3.5.1, which comes from PyPI"
        ))
    })
}
