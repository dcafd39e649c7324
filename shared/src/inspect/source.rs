// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value};

use super::InspectError;
use super::json::{at, text};

/// What an engine gives to a container that asks for nothing; from its `info`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacts {
    /// The newest API version it speaks, `(1, 41)`.
    pub api: Option<(u16, u16)>,
    /// `DefaultRuntime`.
    pub default_runtime: Option<String>,
    /// `LoggingDriver`.
    pub logging_driver: Option<String>,
    /// `CgroupVersion`: 1 or 2.
    pub cgroup_version: Option<String>,
    /// `Name`: the host's name.
    pub host_name: Option<String>,
    /// It is podman behind docker's API.
    pub podman: bool,
}

impl EngineFacts {
    /// Reads the facts out of an `info` answer.
    pub fn from_info(info: &Value, api: Option<(u16, u16)>) -> Self {
        let known =
            |key: &str| Some(text(at(info, key)).to_owned()).filter(|text| !text.is_empty());
        Self {
            api,
            default_runtime: known("DefaultRuntime"),
            logging_driver: known("LoggingDriver"),
            cgroup_version: known("CgroupVersion"),
            host_name: known("Name"),
            podman: !at(info, "BuildahVersion").is_null(),
        }
    }

    /// Whether the engine speaks at least this API. Unknown is no.
    pub fn speaks(&self, major: u16, minor: u16) -> bool {
        self.api.is_some_and(|api| api >= (major, minor))
    }
}

/// Everything that is known of one container: raw data, nothing filled in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Source {
    /// `docker inspect` of the container.
    pub container: Value,
    /// `docker image inspect` of the image that it was really made from.
    pub image: Option<Value>,
    /// The ID that the image's name has now, where it was asked for.
    pub image_now: Option<String>,
    /// The engine's defaults.
    pub engine: EngineFacts,
    /// Names of the containers and of the network that this one refers to, by ID.
    pub names: Map<String, Value>,
}

/// Reads one or more containers out of the text of `docker inspect`: a list or one object. Images
/// among them, as `docker inspect CONTAINER IMAGE` gives them, come second.
pub fn parse_containers(
    json: &str,
    origin: &str,
) -> Result<(Vec<Value>, Vec<Value>), InspectError> {
    let objects = parse(json, origin)?;
    let is_image =
        |object: &Value| object.get("RootFS").is_some() && object.get("HostConfig").is_none();
    let (images, containers): (Vec<Value>, Vec<Value>) = objects.into_iter().partition(is_image);
    if containers.is_empty() {
        return Err(InspectError::WrongThing {
            origin: origin.to_owned(),
            what: "an image, not of a container",
        });
    }
    for object in &containers {
        let sound = ["Config", "HostConfig"]
            .iter()
            .all(|key| at(object, key).is_object());
        if !sound || !at(object, "Id").is_string() {
            return Err(InspectError::NotInspect {
                origin: origin.to_owned(),
                why: "a container's Id, Config and HostConfig are missing",
            });
        }
    }
    Ok((containers, images))
}

/// Reads images out of the text of `docker image inspect`.
pub fn parse_images(json: &str, origin: &str) -> Result<Vec<Value>, InspectError> {
    let objects = parse(json, origin)?;
    for object in &objects {
        if object.get("HostConfig").is_some() {
            return Err(InspectError::WrongThing {
                origin: origin.to_owned(),
                what: "a container, not of an image",
            });
        }
        if !at(object, "Id").is_string() || object.get("RootFS").is_none() {
            return Err(InspectError::NotInspect {
                origin: origin.to_owned(),
                why: "an image's Id and RootFS are missing",
            });
        }
    }
    Ok(objects)
}

fn parse(json: &str, origin: &str) -> Result<Vec<Value>, InspectError> {
    let origin = || origin.to_owned();
    let value: Value = serde_json::from_str(json).map_err(|error| InspectError::NotJson {
        origin: origin(),
        why: error.to_string(),
    })?;
    match value {
        Value::Array(list) if list.is_empty() => Err(InspectError::NotInspect {
            origin: origin(),
            why: "the list is empty",
        }),
        Value::Array(list) if list.iter().all(Value::is_object) => Ok(list),
        object @ Value::Object(_) => Ok(vec![object]),
        _ => Err(InspectError::NotInspect {
            origin: origin(),
            why: "it is no list of objects",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_container_is_refused() {
        let bad = |text: &str| {
            parse_containers(text, "x").map(|(list, images)| (list.len(), images.len()))
        };
        assert!(matches!(
            bad("[{\"Id\":"),
            Err(InspectError::NotJson { .. })
        ));
        for text in ["[]", "3", "[1]", "{}", r#"[{"Id":"a","Config":{}}]"#] {
            assert!(
                matches!(bad(text), Err(InspectError::NotInspect { .. })),
                "{text}"
            );
        }
        let image = r#"[{"Id":"a","Config":{},"RootFS":{}}]"#;
        assert!(matches!(bad(image), Err(InspectError::WrongThing { .. })));
        let one = r#"{"Id":"a","Config":{},"HostConfig":{}}"#;
        assert_eq!(bad(one), Ok((1, 0)));
        let both = format!("[{one},{}", image.trim_start_matches('['));
        assert_eq!(bad(&both), Ok((1, 1)));
    }
}
