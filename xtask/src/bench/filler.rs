// SPDX-License-Identifier: Apache-2.0

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::setup::EtcdBinaries;

/// Bytes of values in one transaction.
const BATCH_BYTES: usize = 4 << 20;

/// Fills the database of a real etcd until it holds `bytes`, as a Kubernetes cluster would:
/// objects of 1 to 4 KiB, a tenth of them changed again, compacted once on the way.
pub fn fill(binaries: &EtcdBinaries, data_dir: &Path, bytes: u64) -> Result<(), String> {
    let port = free_port()?;
    let peer = free_port()?;
    let client = format!("http://127.0.0.1:{port}");
    let peer = format!("http://127.0.0.1:{peer}");
    let mut etcd = Command::new(&binaries.etcd)
        .args(["--name", "bench", "--data-dir"])
        .arg(data_dir)
        .args([
            "--listen-client-urls",
            &client,
            "--advertise-client-urls",
            &client,
        ])
        .args([
            "--listen-peer-urls",
            &peer,
            "--initial-advertise-peer-urls",
            &peer,
        ])
        .args([
            "--initial-cluster",
            &format!("bench={peer}"),
            "--unsafe-no-fsync",
        ])
        .args([
            "--quota-backend-bytes",
            "8589934592",
            "--max-txn-ops",
            "100000",
        ])
        .args(["--max-request-bytes", "33554432", "--log-level", "error"])
        .args(["--snapshot-count", "100", "--max-wals", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let result = write_all(port, bytes);
    end(&mut etcd);
    result
}

fn write_all(port: u16, bytes: u64) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while post(port, "/v3/kv/range", r#"{"key":"eA=="}"#).is_err() {
        if Instant::now() > deadline {
            return Err("etcd did not start".to_owned());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut written = 0u64;
    let mut number = 0u64;
    let mut is_compacted = false;
    while written < bytes {
        let mut ops = String::new();
        let mut batch = 0;
        while batch < BATCH_BYTES {
            number += 1;
            // Every tenth is a change of an object written before.
            let object = if number.is_multiple_of(10) {
                number / 20
            } else {
                number
            };
            let size = 1024 + (object.wrapping_mul(2_654_435_761) % 3072) as usize;
            let key = format!("/registry/pods/ns-{}/pod-{object}", object % 50);
            let value = vec![(number % 251) as u8; size];
            if !ops.is_empty() {
                ops.push(',');
            }
            ops.push_str(&format!(
                r#"{{"requestPut":{{"key":"{}","value":"{}"}}}}"#,
                STANDARD.encode(key),
                STANDARD.encode(value)
            ));
            batch += size + 60;
            // One key may be put only once in a transaction.
            if number.is_multiple_of(10) {
                break;
            }
        }
        written += batch as u64;
        post(port, "/v3/kv/txn", &format!(r#"{{"success":[{ops}]}}"#))?;
        if !is_compacted && written > bytes / 2 {
            is_compacted = true;
            let status = post(port, "/v3/maintenance/status", "{}")?;
            let revision = status
                .split("\"revision\":\"")
                .nth(1)
                .and_then(|t| t.split('"').next());
            let revision = revision.ok_or("no revision")?;
            post(
                port,
                "/v3/kv/compaction",
                &format!(r#"{{"revision":"{revision}"}}"#),
            )?;
        }
    }
    Ok(())
}

fn post(port: u16, path: &str, body: &str) -> Result<String, String> {
    let text = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(text)?;
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).map_err(text)?;
    stream.write_all(body.as_bytes()).map_err(text)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(text)?;
    if answer.contains(" 200 ") {
        Ok(answer)
    } else {
        Err(answer)
    }
}

/// Ends etcd with everything written.
fn end(etcd: &mut Child) {
    let _ = Command::new("kill")
        .args(["-TERM", &etcd.id().to_string()])
        .status();
    let _ = etcd.wait();
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| error.to_string())
}
