// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::time::timeout;

use super::dial::Dialer;
use super::{Endpoint, EtcdError};

/// `/metrics` of a busy member is about 150 kB; a page larger than this is not etcd's.
const MAX_PAGE_BYTES: usize = 8 * 1024 * 1024;

/// A page of etcd's HTTP side.
#[derive(Clone, Debug)]
pub struct HttpPage {
    /// Status code.
    pub status: u16,
    /// Text.
    pub body: String,
    /// The server's clock, from its Date header (whole seconds).
    pub date: Option<Timestamp>,
    /// When the answer was here, by our clock.
    pub received: Timestamp,
    /// From the request's sending to the answer's head.
    pub took: Duration,
}

/// GETs `path` from the endpoint.
pub async fn get(
    dialer: &Dialer,
    endpoint: &Endpoint,
    path: &str,
    call_timeout: Duration,
) -> Result<HttpPage, EtcdError> {
    let name = endpoint.to_string();
    let stream = dialer.stream(endpoint, false).await?;
    let call = format!("GET {path}");
    let work = async {
        let broken = |why: String| EtcdError::Broken {
            endpoint: name.clone(),
            call: call.clone(),
            why,
        };
        let from_hyper = |error: hyper::Error| {
            let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(inner) = source {
                if let Some(io) = inner.downcast_ref::<std::io::Error>() {
                    return EtcdError::from_stream(&name, &call, io);
                }
                source = inner.source();
            }
            if error.is_parse() {
                return EtcdError::NotEtcd {
                    endpoint: name.clone(),
                    why: "it does not speak HTTP".to_owned(),
                };
            }
            broken("the server closed it without an answer".to_owned())
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(from_hyper)?;
        let driver = tokio::spawn(connection);
        let request = http::Request::get(path)
            .header(http::header::HOST, endpoint.authority())
            .body(Empty::<Bytes>::new())
            .map_err(|error| broken(error.to_string()))?;
        let began = std::time::Instant::now();
        let answer = sender.send_request(request).await.map_err(from_hyper)?;
        let (received, took) = (Timestamp::now(), began.elapsed());
        let status = answer.status().as_u16();
        let date = answer
            .headers()
            .get(http::header::DATE)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
            .map(|zoned| zoned.timestamp());
        let body = Limited::new(answer.into_body(), MAX_PAGE_BYTES)
            .collect()
            .await
            .map_err(|error| broken(error.to_string()))?
            .to_bytes();
        driver.abort();
        Ok(HttpPage {
            status,
            body: String::from_utf8_lossy(&body).into_owned(),
            date,
            received,
            took,
        })
    };
    timeout(call_timeout, work).await.unwrap_or_else(|_| {
        Err(EtcdError::NoAnswer {
            endpoint: name.clone(),
            call: call.clone(),
            timeout: call_timeout,
        })
    })
}
