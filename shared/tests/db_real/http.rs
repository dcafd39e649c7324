// SPDX-License-Identifier: Apache-2.0

//! etcd's JSON gateway over one plain HTTP/1.1 connection per request.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Posts `body` and gives the answer; `Err` with the text when etcd refuses.
pub fn post(port: u16, path: &str, body: &Value) -> Result<Value, String> {
    let io = |error: std::io::Error| format!("{path}: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(io)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .map_err(io)?;
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).map_err(io)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(io)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    if !head.contains(" 200 ") {
        return Err(format!("{path}: {head} {body}"));
    }
    serde_json::from_str(body).map_err(|error| format!("{path}: {error}: {body}"))
}

/// Bytes as the gateway wants them.
pub fn b64(bytes: impl AsRef<[u8]>) -> Value {
    json!(STANDARD.encode(bytes))
}
