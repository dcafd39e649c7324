// SPDX-License-Identifier: Apache-2.0

use std::time::{Duration, Instant};

use serde_json::Value;

use super::retry::patiently;
use crate::docker::{Engine, EngineError};
use crate::inspect::mask_text;

const POLL: Duration = Duration::from_millis(200);

/// Watches a container that was just started. `Ok(None)` when it became healthy, or stayed up
/// where it has no health check; `Ok(Some)` says why not.
pub(super) async fn comes_up(
    engine: &Engine,
    id: &str,
    stay_up: Duration,
    healthy_within: Duration,
) -> Result<Option<String>, EngineError> {
    let start = Instant::now();
    loop {
        let container = match patiently(async || engine.inspect_container(id).await).await {
            Ok(container) => container,
            Err(EngineError::NotFound { .. }) => {
                return Ok(Some("it ended and is gone".to_owned()));
            }
            Err(error) => return Err(error),
        };
        let running = container.pointer("/State/Running").and_then(Value::as_bool);
        if running != Some(true) {
            let code = container.pointer("/State/ExitCode").and_then(Value::as_i64);
            let code = code.unwrap_or_default();
            let last = last_words(engine, id).await;
            return Ok(Some(format!("it ended with exit code {code}{last}")));
        }
        let health = container
            .pointer("/State/Health/Status")
            .and_then(Value::as_str);
        match health {
            None | Some("none" | "") if start.elapsed() >= stay_up => return Ok(None),
            Some("healthy") => return Ok(None),
            Some("unhealthy") => {
                let last = last_words(engine, id).await;
                return Ok(Some(format!("it is unhealthy{last}")));
            }
            Some("starting") if start.elapsed() >= healthy_within => {
                let seconds = healthy_within.as_secs();
                return Ok(Some(format!(
                    "it did not become healthy within {seconds} s"
                )));
            }
            _ => tokio::time::sleep(POLL).await,
        }
    }
}

/// The end of its log, where there is one, for the error's text.
async fn last_words(engine: &Engine, id: &str) -> String {
    match engine.logs_tail(id, 3, None).await {
        Ok(lines) if !lines.is_empty() => {
            let texts: Vec<String> = lines
                .iter()
                .map(|line| mask_text(&line.text).escape_debug().to_string())
                .collect();
            format!(", its log ends with: {}", texts.join(" | "))
        }
        _ => String::new(),
    }
}
