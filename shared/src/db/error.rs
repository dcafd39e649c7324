// SPDX-License-Identifier: Apache-2.0

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::error::{Explain, Kind};

/// Why a file of etcd could not be looked at; damage inside a readable file is a
/// [`Fault`](super::Fault), not an error.
#[derive(Debug, Error)]
pub enum DbError {
    /// Nothing is there.
    #[error("no such file or directory: \"{}\"", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The operating system refused or failed.
    #[error("cannot read \"{}\"", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A directory without etcd's files in it.
    #[error("\"{}\" holds no etcd data: neither member/snap/db nor a WAL is in it", path.display())]
    NotADataDir {
        /// The directory.
        path: PathBuf,
    },
    /// A file that is neither a database, a WAL segment nor a raft snapshot.
    #[error("\"{}\" is not a file of etcd: {why}", path.display())]
    NotEtcd {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl DbError {
    pub(crate) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        if source.kind() == io::ErrorKind::NotFound {
            Self::NotFound { path }
        } else {
            Self::Io { path, source }
        }
    }
}

impl Explain for DbError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } | Self::NotADataDir { .. } => Kind::Usage,
            Self::Io { .. } | Self::NotEtcd { .. } => Kind::Unknown,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } | Self::NotADataDir { .. } => Some(
                "name a `db` file, a snapshot or a data dir, as in \
                 `kubectl etcd-health db /var/lib/etcd`"
                    .to_owned(),
            ),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("etcd's files belong to root: run it with `sudo`".to_owned())
            }
            Self::Io { .. } | Self::NotEtcd { .. } => None,
        }
    }
}
