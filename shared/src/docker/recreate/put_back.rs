// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde_json::{Value, json};

use super::RecreateError;
use super::names::{AUTO_REMOVE, InFlight, in_flight_name};
use super::plan::restarts;
use super::retry::patiently;
use crate::docker::{Engine, EngineError};
use crate::inspect::Request;

/// Puts the old container back as it was. Every step looks at the world first and may be done
/// twice, so that it works from any point at which the forward way broke off.
///
/// `new` is the new container's ID or the beginning of it; `fresh_volumes`: its anonymous volumes
/// are its own and go with it.
pub async fn put_back(
    engine: &Engine,
    old: &InFlight,
    fresh_volumes: bool,
) -> Result<(), RecreateError> {
    let back = async || -> Result<(), EngineError> {
        remove_new(engine, old, fresh_volumes).await?;
        if old.policy == AUTO_REMOVE {
            return bring_back_vanished(engine, old).await;
        }
        let in_flight = in_flight_name(old);
        match engine.inspect_container(&in_flight).await {
            Ok(_) => {
                if restarts(&old.policy) {
                    engine
                        .set_restart_policy(&in_flight, &old.policy, old.retries)
                        .await?;
                }
                engine.rename_container(&in_flight, &old.name).await?;
            }
            // Renamed back already.
            Err(EngineError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        if old.up {
            keep_running(engine, &old.name).await
        } else {
            Ok(())
        }
    };
    let mut last = Ok(());
    // A port or an address of the new one may need a moment to become free.
    for attempt in 0..5 {
        last = patiently(back).await;
        if last.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500 << attempt)).await;
    }
    match last {
        Ok(()) => Ok(()),
        Err(error) => Err(RecreateError::NotBack {
            name: old.name.clone(),
            old: in_flight_name(old),
            source: Box::new(error),
        }),
    }
}

/// Starts a container until it runs for a moment: a stop that was under way when the forward way
/// broke off may still take effect after the first start.
async fn keep_running(engine: &Engine, name: &str) -> Result<(), EngineError> {
    for _ in 0..8 {
        engine.start_container(name).await?;
        tokio::time::sleep(Duration::from_millis(600)).await;
        let container = engine.inspect_container(name).await?;
        let running = container.pointer("/State/Running").and_then(Value::as_bool);
        let restarting = container
            .pointer("/State/Restarting")
            .and_then(Value::as_bool);
        if running == Some(true) || restarting == Some(true) {
            return Ok(());
        }
    }
    // It ends by itself, as it did before: what it was is what it is.
    Ok(())
}

async fn remove_new(
    engine: &Engine,
    old: &InFlight,
    fresh_volumes: bool,
) -> Result<(), EngineError> {
    match engine
        .remove_container(&old.new_id, fresh_volumes, true)
        .await
    {
        // Gone, or going: one with --rm removes itself.
        Ok(()) | Err(EngineError::NotFound { .. } | EngineError::InConflict { .. }) => {}
        Err(error) => return Err(error),
    }
    for _ in 0..100 {
        match engine.inspect_container(&old.new_id).await {
            Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
            Ok(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    let message = format!("the new container {} cannot be removed", old.new_id);
    Err(EngineError::InConflict { message })
}

/// The old container had `--rm` and is gone: its stopped copy says what it was.
async fn bring_back_vanished(engine: &Engine, old: &InFlight) -> Result<(), EngineError> {
    let copy = in_flight_name(old);
    let there = match engine.inspect_container(&old.name).await {
        Ok(_) => true,
        Err(EngineError::NotFound { .. }) => false,
        Err(error) => return Err(error),
    };
    if !there {
        let source = match engine.source(&copy).await {
            Ok(source) => source,
            // Neither is there: an earlier attempt came to its end.
            Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut request = Request::from_source(&source);
        request
            .host_config
            .insert("AutoRemove".to_owned(), json!(true));
        let all_networks = source.engine.speaks(1, 44);
        super::forward::create(engine, &old.name, &request, all_networks).await?;
    }
    if old.up {
        engine.start_container(&old.name).await?;
        // It runs: the copy has done its part.
        match engine.inspect_container(&old.name).await {
            Ok(container)
                if container.pointer("/State/Running").and_then(Value::as_bool) == Some(true) => {}
            Ok(_) | Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    match engine.remove_container(&copy, false, true).await {
        Ok(()) | Err(EngineError::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
