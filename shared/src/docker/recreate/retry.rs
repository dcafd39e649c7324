// SPDX-License-Identifier: Apache-2.0

use std::time::{Duration, Instant};

use crate::docker::EngineError;

/// How long an engine that restarts is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(300);

/// Whether the engine was not reached, or did not finish: the same call may work in a moment.
pub(super) fn is_passing(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::SocketMissing { .. }
            | EngineError::Refused { .. }
            | EngineError::Connection { .. }
            | EngineError::TimedOut { .. }
            | EngineError::Ssh { .. }
            | EngineError::NotAnEngine { .. }
    )
}

/// Calls until the engine answers. For steps that can be done twice.
pub(super) async fn patiently<T>(
    mut call: impl AsyncFnMut() -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let start = Instant::now();
    loop {
        match call().await {
            Err(error) if is_passing(&error) && start.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}
