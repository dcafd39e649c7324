// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use serde_json::{Map, Value};

use super::{ApiVersion, Engine, EngineError, ListFilter, Reply};
use crate::inspect::{EngineFacts, Source, names_image, referred_ids};

/// Calls at the same time: the engine serves them in parallel, ssh opens a channel for each.
const PARALLEL: usize = 8;

/// The newest API whose inspect tells a MAC address that was asked for from a generated one
/// (`Config.MacAddress`, gone from 1.52).
const INSPECT_API: ApiVersion = ApiVersion::new(1, 51);

impl Engine {
    /// All that is known of the containers named, in their order: raw inspect data, the images
    /// they were really made from, the engine's defaults.
    pub async fn sources(&self, containers: &[String]) -> Result<Vec<Source>, EngineError> {
        self.sources_of(containers, false).await
    }

    /// [`Engine::sources`] of every container there is. Those that go away meanwhile are left out.
    pub async fn all_sources(&self) -> Result<Vec<Source>, EngineError> {
        let filter = ListFilter {
            all: true,
            ..ListFilter::default()
        };
        let list = self.list_containers(&filter).await?;
        let ids: Vec<String> = list
            .iter()
            .map(|container| text(container, "Id").to_owned())
            .collect();
        self.sources_of(&ids, true).await
    }

    async fn sources_of(
        &self,
        containers: &[String],
        may_vanish: bool,
    ) -> Result<Vec<Source>, EngineError> {
        let inspects = async {
            let replies: Vec<Option<Reply>> = stream::iter(containers)
                .map(async |name| match self.inspect_reply(name).await {
                    Ok(reply) => Ok(Some(reply)),
                    Err(EngineError::NotFound { .. }) if may_vanish => Ok(None),
                    Err(error) => Err(error),
                })
                .buffered(PARALLEL)
                .try_collect()
                .await?;
            Ok::<_, EngineError>(replies.into_iter().flatten().collect::<Vec<Reply>>())
        };
        let inspects = async {
            let replies = inspects.await?;
            let images = self.images_of(&replies).await?;
            let names = self.names_of(&replies).await?;
            Ok::<_, EngineError>((replies, images, names))
        };
        // The engine takes its time for `info`: both at once.
        let (found, info) = tokio::join!(inspects, self.info());
        let (replies, images, names) = found?;
        let info = info?;
        let mut sources = Vec::with_capacity(replies.len());
        for reply in replies {
            let api = reply.api_version.map(|api| (api.major, api.minor));
            let mut engine = EngineFacts::from_info(&info, api);
            engine.podman |= reply
                .server
                .is_some_and(|server| server.starts_with("Libpod"));
            let container = needed(reply.json, &OF_CONTAINERS);
            let image = images.get(text(&container, "Image")).cloned().flatten();
            let image_now = match (&image, container.pointer("/Config/Image")) {
                (Some(image), Some(Value::String(word))) if !names_image(word, image) => {
                    self.image_id(word).await?
                }
                _ => None,
            };
            sources.push(Source {
                container,
                image,
                image_now,
                engine,
                names: names.clone(),
            });
        }
        Ok(sources)
    }

    /// [`Engine::sources`] of one container.
    pub async fn source(&self, container: &str) -> Result<Source, EngineError> {
        let mut sources = self.sources(&[container.to_owned()]).await?;
        sources.pop().ok_or_else(|| EngineError::NotFound {
            message: format!("No such container: {container}"),
        })
    }

    async fn inspect_reply(&self, container: &str) -> Result<Reply, EngineError> {
        let path = super::containers::inspect_path(container)?;
        let reply = self.call(Method::GET, &path, None).await?;
        match reply.api_version {
            Some(newest) if newest > INSPECT_API => {
                let path = format!("/v{INSPECT_API}{path}");
                let json = self.get_json(&path).await?;
                Ok(Reply { json, ..reply })
            }
            _ => Ok(reply),
        }
    }

    /// The images by ID; `None` for one that is gone.
    async fn images_of(
        &self,
        replies: &[Reply],
    ) -> Result<BTreeMap<String, Option<Value>>, EngineError> {
        let mut ids: Vec<&str> = replies
            .iter()
            .map(|reply| text(&reply.json, "Image"))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        stream::iter(ids)
            .map(async |id| match self.inspect_image(id).await {
                Ok(image) => Ok((id.to_owned(), Some(needed(image, &OF_IMAGES)))),
                Err(EngineError::NotFound { .. }) => Ok((id.to_owned(), None)),
                Err(error) => Err(error),
            })
            .buffered(PARALLEL)
            .try_collect()
            .await
    }

    async fn names_of(&self, replies: &[Reply]) -> Result<Map<String, Value>, EngineError> {
        let mut names = Map::new();
        for id in replies.iter().flat_map(|reply| referred_ids(&reply.json)) {
            if names.contains_key(&id) {
                continue;
            }
            match self.inspect_container(&id).await {
                Ok(container) => {
                    let name = text(&container, "Name").trim_start_matches('/');
                    names.insert(id, Value::from(name));
                }
                // It is gone: its ID is all there is.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        for reply in replies {
            let mode = reply
                .json
                .pointer("/HostConfig/NetworkMode")
                .and_then(Value::as_str);
            let Some(mode) = mode.filter(|mode| is_id(mode)) else {
                continue;
            };
            match self.inspect_network(mode).await {
                Ok(network) => {
                    names.insert(mode.to_owned(), Value::from(text(&network, "Name")));
                }
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(names)
    }

    async fn image_id(&self, word: &str) -> Result<Option<String>, EngineError> {
        match self.inspect_image(word).await {
            Ok(image) => Ok(Some(text(&image, "Id").to_owned())),
            Err(EngineError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A network mode that may be a network's ID: engines before a first start show no other sign.
fn is_id(mode: &str) -> bool {
    mode.len() >= 12 && mode.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a command is made from, of an image and of a container: hundreds of them are held at once,
/// and the rest (layers, logs of health checks, paths) is half of each.
const OF_IMAGES: [&str; 4] = ["Id", "RepoTags", "RepoDigests", "Config"];
const OF_CONTAINERS: [&str; 8] = [
    "Id",
    "Name",
    "Image",
    "Config",
    "HostConfig",
    "NetworkSettings",
    "Mounts",
    "State",
];

/// `object` with these keys only.
fn needed(mut object: Value, keys: &[&str]) -> Value {
    if let Some(map) = object.as_object_mut() {
        map.retain(|key, _| keys.contains(&key.as_str()));
    }
    object
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
