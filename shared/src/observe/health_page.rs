// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use crate::etcd::HttpPage;
use crate::model::HttpHealth;

/// Reads `/health`: `{"health":"true","reason":""}` (3.4 has no reason; a plain "true" before 3.3).
pub fn health(url: String, page: &HttpPage) -> HttpHealth {
    let json: serde_json::Value = serde_json::from_str(&page.body).unwrap_or_default();
    let says = match &json["health"] {
        serde_json::Value::String(text) => text == "true",
        serde_json::Value::Bool(value) => *value,
        _ => false,
    };
    let reason = json["reason"].as_str().unwrap_or_default().to_owned();
    HttpHealth {
        url,
        status_code: page.status,
        healthy: page.status == 200 && says,
        reason,
    }
}

/// Reads `/readyz?verbose`: one line a check, `[+]name ok` or `[-]name failed: why`.
pub fn readyz(url: String, page: &HttpPage) -> HttpHealth {
    let failed: Vec<&str> = page
        .body
        .lines()
        .filter(|line| line.starts_with("[-]"))
        .collect();
    HttpHealth {
        url,
        status_code: page.status,
        healthy: page.status == 200,
        reason: failed.join("; "),
    }
}

/// An answer that took longer than this says nothing of the clock: the header may be written at
/// its beginning or at its end.
const PROMPT: Duration = Duration::from_millis(500);

/// The server's clock minus ours in seconds. The header has whole seconds: half of one is added,
/// so the error is at most half a second plus half the time that the answer took.
pub fn clock_offset(page: &HttpPage) -> Option<f64> {
    if page.took > PROMPT {
        return None;
    }
    let server = page.date?.as_second() as f64 + 0.5;
    let middle = page.received.as_millisecond() as f64 / 1000.0 - page.took.as_secs_f64() / 2.0;
    Some(server - middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_pages_are_read() {
        let page = |status, body: &str| HttpPage {
            status,
            body: body.to_owned(),
            date: None,
            received: jiff::Timestamp::UNIX_EPOCH,
            took: Duration::ZERO,
        };
        let cases = [
            (200, r#"{"health":"true"}"#, true, ""),
            (200, r#"{"health":"true","reason":""}"#, true, ""),
            (
                503,
                r#"{"health":"false","reason":"ALARM NOSPACE"}"#,
                false,
                "ALARM NOSPACE",
            ),
            (404, "404 page not found\n", false, ""),
        ];
        for (status, body, healthy, reason) in cases {
            let got = health(String::new(), &page(status, body));
            assert_eq!(
                (got.healthy, got.reason.as_str()),
                (healthy, reason),
                "{body}"
            );
        }
        let body = "[+]data_corruption ok\n[-]linearizable_read failed: timed out\n";
        let got = readyz(String::new(), &page(503, body));
        assert_eq!(got.reason, "[-]linearizable_read failed: timed out");
    }
}
