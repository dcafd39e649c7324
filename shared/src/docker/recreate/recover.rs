// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use super::names::{InFlight, parse_in_flight, parse_next};
use super::{RecreateError, put_back};
use crate::docker::{Engine, EngineError, ListFilter};

/// What an earlier run left of its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// It broke off in the middle: the old container is to be put back.
    InFlight(InFlight),
    /// It had only created the new container, which never ran, under this name.
    Unused(String),
}

/// What earlier runs left for the container `name`.
pub async fn leftovers(engine: &Engine, name: &str) -> Result<Vec<Leftover>, EngineError> {
    let filter = ListFilter {
        all: true,
        ..ListFilter::default()
    };
    let mut found = Vec::new();
    for container in engine.list_containers(&filter).await? {
        let names = container.get("Names").and_then(Value::as_array);
        let state = container.get("State").and_then(Value::as_str);
        for own in names.into_iter().flatten().filter_map(Value::as_str) {
            let own = own.trim_start_matches('/');
            if let Some(old) = parse_in_flight(own).filter(|old| old.name == name) {
                found.push(Leftover::InFlight(old));
            } else if parse_next(own).is_some_and(|(of, _)| of == name) && state == Some("created")
            {
                found.push(Leftover::Unused(own.to_owned()));
            }
        }
    }
    // The old one goes back first: putting it back removes the new one under any name.
    found.sort_by_key(|one| matches!(one, Leftover::Unused(_)));
    Ok(found)
}

/// Puts back what an earlier run left in the middle; nothing to do is no error.
pub async fn recover(engine: &Engine, leftovers: &[Leftover]) -> Result<(), RecreateError> {
    for leftover in leftovers {
        match leftover {
            Leftover::InFlight(old) => put_back(engine, old, false).await?,
            Leftover::Unused(name) => match engine.remove_container(name, false, false).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            },
        }
    }
    Ok(())
}
