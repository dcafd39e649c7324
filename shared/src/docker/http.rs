// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use bollard::BollardRequest;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

use super::connect::{Connector, Fault};
use super::{ApiVersion, Endpoint, EngineError, Reply};

/// No JSON answer of an engine is larger: 500 containers with long environments are a few MB.
const JSON_LIMIT_BYTES: u64 = 256 << 20;

/// HTTP/1 over the connector, with the connections kept for the next call.
#[derive(Clone)]
pub(super) struct Http {
    name: String,
    client: Client<Connector, bollard_body::Body>,
}

/// bollard names its body type only inside its request type.
mod bollard_body {
    pub(super) type Body = http_body_util::Either<http_body_util::Full<bytes::Bytes>, BoxedStream>;
    pub(super) type BoxedStream = http_body_util::StreamBody<
        std::pin::Pin<
            Box<
                dyn futures_util::Stream<
                        Item = Result<hyper::body::Frame<bytes::Bytes>, std::io::Error>,
                    > + Send,
            >,
        >,
    >;
}

impl Http {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, EngineError> {
        let connector = Connector::new(endpoint)?;
        let name = connector.name().to_owned();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(connector);
        Ok(Self { name, client })
    }

    /// The engine's address.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A whole request; the answer's body is not read yet.
    pub(super) async fn send(
        &self,
        request: BollardRequest,
    ) -> Result<Response<Incoming>, EngineError> {
        self.client
            .request(request)
            .await
            .map_err(|error| self.translate(&error))
    }

    /// The API version in the headers of `/_ping`, which costs the engine nothing.
    pub(super) async fn ping(&self, deadline: Duration) -> Result<Option<ApiVersion>, EngineError> {
        let headers = self.headers(Method::GET, "/_ping", deadline).await?;
        Ok(header(&headers, "api-version")
            .as_deref()
            .and_then(ApiVersion::parse))
    }

    /// The headers of a `HEAD` call.
    pub(super) async fn head(
        &self,
        path: &str,
        deadline: Duration,
    ) -> Result<http::HeaderMap, EngineError> {
        self.headers(Method::HEAD, path, deadline).await
    }

    async fn headers(
        &self,
        method: Method,
        path: &str,
        deadline: Duration,
    ) -> Result<http::HeaderMap, EngineError> {
        let what = format!("{method} {path}");
        let is_head = method == Method::HEAD;
        let work = async {
            let request = self.request(method, path, None)?;
            let (parts, body) = self.send(request).await?.into_parts();
            let bytes = self.collect(body, &what).await?;
            match parts.status.as_u16() {
                200..=299 => Ok(parts.headers),
                // A HEAD has no body that could say what is missing.
                404 if is_head => Err(EngineError::NotFound {
                    message: format!("not found: {path}"),
                }),
                status => Err(self.status_error(status, &what, &bytes)),
            }
        };
        self.bounded(&what, deadline, work).await
    }

    /// Bounds `work` in time.
    pub(super) async fn bounded<T>(
        &self,
        what: &str,
        deadline: Duration,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        match tokio::time::timeout(deadline, work).await {
            Ok(result) => result,
            Err(_) => Err(EngineError::TimedOut {
                host: self.name.clone(),
                what: what.to_owned(),
                seconds: deadline.as_secs(),
            }),
        }
    }

    /// One JSON call within `deadline`: an error status becomes its typed error.
    pub(super) async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        deadline: Duration,
    ) -> Result<Reply, EngineError> {
        let what = format!("{method} {path}");
        let work = async {
            let request = self.request(method, path, body)?;
            let (parts, body) = self.send(request).await?.into_parts();
            let bytes = self.collect(body, &what).await?;
            if !parts.status.is_success() && parts.status != StatusCode::NOT_MODIFIED {
                return Err(self.status_error(parts.status.as_u16(), &what, &bytes));
            }
            let api_version = header(&parts.headers, "api-version")
                .as_deref()
                .and_then(ApiVersion::parse);
            let server = header(&parts.headers, "server");
            let json = if bytes.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&bytes).map_err(|error| {
                    if api_version.is_some() {
                        EngineError::BadAnswer {
                            what: what.clone(),
                            why: error.to_string(),
                        }
                    } else {
                        self.no_engine("the answer is no JSON")
                    }
                })?
            };
            Ok(Reply {
                status: parts.status.as_u16(),
                api_version,
                server,
                json,
            })
        };
        self.bounded(&what, deadline, work).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<BollardRequest, EngineError> {
        let bytes = body
            .map(|body| Bytes::from(body.to_string()))
            .unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            // The engine ignores the host, but some versions of it reject an empty one.
            .uri(format!("http://docker{path}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        request
            .body(bollard::body_full(bytes))
            .map_err(|error| EngineError::BadAnswer {
                what: path.to_owned(),
                why: error.to_string(),
            })
    }

    async fn collect(&self, body: Incoming, what: &str) -> Result<Bytes, EngineError> {
        let limit = usize::try_from(JSON_LIMIT_BYTES).unwrap_or(usize::MAX);
        match Limited::new(body, limit).collect().await {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                Err(EngineError::TooLarge {
                    what: what.to_owned(),
                    limit_bytes: JSON_LIMIT_BYTES,
                })
            }
            Err(error) => Err(self.translate(&*error)),
        }
    }

    fn no_engine(&self, why: &str) -> EngineError {
        EngineError::NotAnEngine {
            host: self.name.clone(),
            why: why.to_owned(),
        }
    }

    /// The typed error of an error status with the engine's own message.
    pub(super) fn status_error(&self, status: u16, what: &str, body: &[u8]) -> EngineError {
        let message = serde_json::from_slice::<Value>(body)
            .ok()
            .and_then(|value| {
                let text = value.get("message").or_else(|| value.get("cause"))?;
                Some(text.as_str()?.trim().to_owned())
            });
        let Some(message) = message else {
            let text = String::from_utf8_lossy(body);
            if text.contains("HTTP request to an HTTPS server") {
                return self.no_engine("it wants TLS");
            }
            return self.no_engine(&format!("HTTP status {status} without a docker message"));
        };
        typed_status(status, what, message)
    }

    /// Finds the typed error inside what hyper wraps around it.
    pub(super) fn translate(&self, error: &(dyn std::error::Error + 'static)) -> EngineError {
        let mut last = error.to_string();
        let mut current = Some(error);
        while let Some(inner) = current {
            if let Some(Fault(typed)) = inner.downcast_ref::<Fault>() {
                return typed.clone();
            }
            if let Some(io) = inner.downcast_ref::<std::io::Error>()
                && let Some(Fault(typed)) = io
                    .get_ref()
                    .and_then(|inside| inside.downcast_ref::<Fault>())
            {
                return typed.clone();
            }
            if let Some(http) = inner.downcast_ref::<hyper::Error>() {
                if http.is_parse() {
                    return self.no_engine("the answer is no HTTP");
                }
                if http.is_incomplete_message() {
                    return EngineError::Connection {
                        host: self.name.clone(),
                        why: "it was closed before the whole answer came".to_owned(),
                    };
                }
            }
            last = inner.to_string();
            current = inner.source();
        }
        EngineError::Connection {
            host: self.name.clone(),
            why: last,
        }
    }
}

/// What an HTTP error status of an engine means.
pub(super) fn typed_status(status: u16, what: &str, message: String) -> EngineError {
    match status {
        404 => EngineError::NotFound { message },
        // podman, of a container that goes away meanwhile.
        500 if message.ends_with("no such container") => EngineError::NotFound { message },
        409 => EngineError::InConflict { message },
        400 if message.contains("client version") => EngineError::ApiVersion { message },
        _ => EngineError::Api {
            status,
            what: what.to_owned(),
            message,
        },
    }
}

fn header(headers: &http::HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}
