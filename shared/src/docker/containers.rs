// SPDX-License-Identifier: Apache-2.0

use serde_json::{Value, json};

use super::engine::{query, segment};
use super::{Engine, EngineError};

/// Which containers to list; the engine combines different keys with AND.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Stopped ones too.
    pub all: bool,
    /// The engine's filters, such as `("label", "app=etcd")` or `("name", "^/web$")`.
    pub filters: Vec<(String, String)>,
}

impl Engine {
    /// `GET /containers/json`: one object a container, as `docker ps` has it.
    pub async fn list_containers(&self, filter: &ListFilter) -> Result<Vec<Value>, EngineError> {
        let mut filters = serde_json::Map::new();
        for (key, value) in &filter.filters {
            let list = filters.entry(key.clone()).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(json!(value));
            }
        }
        let filters = Value::Object(filters).to_string();
        let all = if filter.all { "1" } else { "0" };
        let path = format!(
            "/containers/json{}",
            query([("all", all), ("filters", &filters)])
        );
        match self.get_json(&path).await? {
            Value::Array(list) => Ok(list),
            _ => Err(EngineError::BadAnswer {
                what: path,
                why: "it is no list".to_owned(),
            }),
        }
    }

    /// The raw `docker inspect` object of a container, by name or ID.
    ///
    /// Nothing is lost or filled in, unlike in any typed form of it.
    pub async fn inspect_container(&self, container: &str) -> Result<Value, EngineError> {
        let path = inspect_path(container)?;
        self.object(&path).await
    }

    /// The raw `docker image inspect` object, by ID (with `sha256:`) or reference.
    pub async fn inspect_image(&self, image: &str) -> Result<Value, EngineError> {
        // A reference keeps its slashes: the engine's route takes the rest of the path.
        let image: Vec<String> = image.split('/').map(segment).collect();
        self.object(&format!("/images/{}/json", image.join("/")))
            .await
    }

    /// The raw `docker network inspect` object, by name or ID.
    pub async fn inspect_network(&self, network: &str) -> Result<Value, EngineError> {
        self.object(&format!("/networks/{}", segment(network)))
            .await
    }

    async fn object(&self, path: &str) -> Result<Value, EngineError> {
        match self.get_json(path).await? {
            value @ Value::Object(_) => Ok(value),
            _ => Err(EngineError::BadAnswer {
                what: path.to_owned(),
                why: "it is no JSON object".to_owned(),
            }),
        }
    }
}

/// The path of a container's inspect call.
pub(super) fn inspect_path(container: &str) -> Result<String, EngineError> {
    let name = container.strip_prefix('/').unwrap_or(container);
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    // No container has such a name, and "..", "/" or nothing would be another call.
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(known) {
        return Err(EngineError::NotFound {
            message: format!("No such container: {container:?}"),
        });
    }
    Ok(format!("/containers/{name}/json"))
}
