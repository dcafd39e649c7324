// SPDX-License-Identifier: Apache-2.0

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard::query_parameters::{
    DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::Method;
use serde_json::Value;

use super::engine::{query, segment};
use super::tar_entries::{self, ArchiveEntry};
use super::{Engine, EngineError};

/// What `docker cp` sees of a path before it copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStat {
    /// The last part of the path.
    pub name: String,
    /// Bytes; of a folder what its file system says.
    pub size_bytes: u64,
    /// Go's file mode: permissions in the low nine bits, bit 31 for a folder, bit 27 for a link.
    pub mode: u32,
    /// Where a symbolic link leads; empty otherwise.
    pub link_target: String,
}

impl PathStat {
    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.mode & (1 << 31) != 0
    }
}

impl Engine {
    /// What is at `path` inside a container, running or not.
    pub async fn archive_stat(&self, container: &str, path: &str) -> Result<PathStat, EngineError> {
        let url = format!(
            "/containers/{}/archive{}",
            segment(container),
            query([("path", path)])
        );
        let headers = match self.http.head(&url, self.deadline).await {
            // The answer to a HEAD has no body that could say what is missing.
            Err(EngineError::NotFound { .. }) => {
                return Err(EngineError::NotFound {
                    message: format!("there is no \"{path}\" in the container \"{container}\""),
                });
            }
            other => other?,
        };
        let bad = |why: &str| EngineError::BadAnswer {
            what: format!("{} {url}", Method::HEAD),
            why: why.to_owned(),
        };
        let header = headers
            .get("x-docker-container-path-stat")
            .ok_or_else(|| bad("the header X-Docker-Container-Path-Stat is missing"))?;
        let json = BASE64_STANDARD
            .decode(header.as_bytes())
            .map_err(|error| bad(&error.to_string()))?;
        let json: Value = serde_json::from_slice(&json).map_err(|error| bad(&error.to_string()))?;
        let text = |key: &str| {
            json.get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let number = |key: &str| json.get(key).and_then(Value::as_u64).unwrap_or_default();
        Ok(PathStat {
            name: text("name"),
            size_bytes: number("size"),
            mode: u32::try_from(number("mode")).unwrap_or_default(),
            link_target: text("linkTarget"),
        })
    }

    /// Files and folders at `path` inside a container, running or not, as a tar stream.
    pub async fn archive_stream(
        &self,
        container: &str,
        path: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, EngineError>> + use<>, EngineError> {
        let docker = self.typed(self.deadline).await?;
        let options = DownloadFromContainerOptionsBuilder::default()
            .path(path)
            .build();
        let engine = self.clone();
        let container = segment(container);
        Ok(docker
            .download_from_container(&container, Some(options))
            .map(move |part| part.map_err(|error| engine.fault_of("archive", error))))
    }

    /// Reads `path` (a file or a folder with all in it) out of a container, running or not,
    /// into memory: at most `limit_bytes` of tar.
    pub async fn read_archive(
        &self,
        container: &str,
        path: &str,
        limit_bytes: u64,
    ) -> Result<Vec<ArchiveEntry>, EngineError> {
        let work = async {
            let mut parts = std::pin::pin!(self.archive_stream(container, path).await?);
            let mut tar = Vec::new();
            while let Some(part) = parts.next().await {
                let part = part?;
                if (tar.len() + part.len()) as u64 > limit_bytes {
                    return Err(EngineError::TooLarge {
                        what: format!("\"{path}\" in the container \"{container}\""),
                        limit_bytes,
                    });
                }
                tar.extend_from_slice(&part);
            }
            tar_entries::read(&tar).map_err(|error| EngineError::BadAnswer {
                what: format!("the archive of \"{path}\""),
                why: error.to_string(),
            })
        };
        self.within("archive", self.deadline, work).await
    }

    /// Unpacks `tar` into the folder `path` of a container, running or not.
    pub async fn put_archive(
        &self,
        container: &str,
        path: &str,
        tar: Bytes,
    ) -> Result<(), EngineError> {
        let docker = self.typed(self.deadline).await?;
        let options = UploadToContainerOptionsBuilder::default()
            .path(path)
            .build();
        let body = bollard::body_full(tar);
        let done = docker
            .upload_to_container(&segment(container), Some(options), body)
            .await;
        done.map_err(|error| self.fault_of("archive", error))
    }
}
