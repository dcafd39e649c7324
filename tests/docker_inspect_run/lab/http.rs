// SPDX-License-Identifier: Apache-2.0

//! Calls of an engine's API without a client, which costs more than the call itself.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::Value;

/// One call; `Err` is what the engine (or the system) said.
pub fn call(
    socket: &Path,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    // 1.0: the answer ends with the connection and comes in one piece.
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = Vec::new();
    let exchanged = UnixStream::connect(socket).and_then(|mut stream| {
        stream.write_all(request.as_bytes())?;
        stream.read_to_end(&mut answer)
    });
    exchanged.map_err(|error| error.to_string())?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status: u16 = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| format!("no HTTP: {head}"))?;
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    if (200..400).contains(&status) {
        return Ok(value);
    }
    let message = value.get("message").or_else(|| value.get("cause"));
    Err(message.map_or_else(|| format!("{status} {body}"), ToString::to_string))
}
