// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::api_version::ApiVersion;
use super::http::Http;
use super::{Endpoint, EngineError};

/// How long a call may take unless the caller says otherwise.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(60);

/// A Docker engine. Clones share connections; nothing is opened before the first call.
#[derive(Clone)]
pub struct Engine {
    pub(super) http: Http,
    pub(super) deadline: Duration,
    version: Arc<OnceCell<ApiVersion>>,
}

/// An engine's JSON answer as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status (2xx or 304).
    pub status: u16,
    /// The newest API version that the engine speaks (header `Api-Version`).
    pub api_version: Option<ApiVersion>,
    /// The header `Server`, such as `Docker/20.10.24+dfsg1 (linux)`.
    pub server: Option<String>,
    /// The body; null where it was empty.
    pub json: Value,
}

impl Engine {
    /// An engine at `endpoint`. Fails only where the address or its certificates are unusable.
    pub fn new(endpoint: &Endpoint) -> Result<Self, EngineError> {
        let http = Http::new(endpoint)?;
        Ok(Self {
            http,
            deadline: DEFAULT_DEADLINE,
            version: Arc::new(OnceCell::new()),
        })
    }

    /// The same engine with another bound for each call.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The engine's address, for messages.
    pub fn host(&self) -> &str {
        self.http.name()
    }

    /// One JSON call; `path` begins with a slash and is already escaped ([`segment`]).
    ///
    /// Without a version in `path` the engine answers in the newest API it speaks.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, EngineError> {
        self.http.json(method, path, body, self.deadline).await
    }

    /// `GET path` as raw JSON: nothing lost, nulls kept.
    pub async fn get_json(&self, path: &str) -> Result<Value, EngineError> {
        self.call(Method::GET, path, None)
            .await
            .map(|reply| reply.json)
    }

    /// `POST path` with a JSON body.
    pub async fn post_json(&self, path: &str, body: &Value) -> Result<Value, EngineError> {
        self.call(Method::POST, path, Some(body))
            .await
            .map(|reply| reply.json)
    }

    /// `POST path` without a body.
    pub async fn post(&self, path: &str) -> Result<Value, EngineError> {
        self.call(Method::POST, path, None)
            .await
            .map(|reply| reply.json)
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Result<Value, EngineError> {
        self.call(Method::DELETE, path, None)
            .await
            .map(|reply| reply.json)
    }

    /// The newest API version that the engine speaks; asked once.
    pub async fn api_version(&self) -> Result<ApiVersion, EngineError> {
        self.version
            .get_or_try_init(async || {
                let found = self.http.ping(self.deadline).await?;
                found.ok_or_else(|| EngineError::NotAnEngine {
                    host: self.host().to_owned(),
                    why: "it names no API version".to_owned(),
                })
            })
            .await
            .copied()
    }

    /// `docker info`: defaults of the engine, root folder, cgroup version.
    pub async fn info(&self) -> Result<Value, EngineError> {
        self.get_json("/info").await
    }

    /// `docker version`'s server part.
    pub async fn version(&self) -> Result<Value, EngineError> {
        self.get_json("/version").await
    }
}

/// Escapes one segment of a path, such as a container's name typed by a user.
pub fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// Builds a query string from pairs, with the question mark; empty without pairs.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs {
        text.append_pair(key, value);
    }
    let text = text.finish();
    if text.is_empty() {
        text
    } else {
        format!("?{text}")
    }
}
