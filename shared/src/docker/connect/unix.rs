// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use super::stream::Stream;
use crate::docker::EngineError;

/// A socket on this machine.
pub(super) struct Unix {
    path: PathBuf,
}

impl Unix {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    #[cfg(unix)]
    pub(super) async fn connect(&self, name: &str) -> Result<Stream, EngineError> {
        match tokio::net::UnixStream::connect(&self.path).await {
            Ok(stream) => Ok(Stream::new(stream)),
            Err(error) => Err(super::connector::translate(name, &error)),
        }
    }

    #[cfg(not(unix))]
    pub(super) async fn connect(&self, name: &str) -> Result<Stream, EngineError> {
        let _ = &self.path;
        Err(EngineError::Unsupported {
            host: name.to_owned(),
            why: "unix sockets are not supported here; use tcp",
        })
    }
}
