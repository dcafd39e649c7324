// SPDX-License-Identifier: Apache-2.0

use serde_json::{Map, Value, json};

use super::endpoints::{self, Endpoint};
use super::json::{at, flag, int, is_empty, list, of, text, texts};
use super::merge::{Words, env_asked_for, strings, words_asked_for};
use super::references::resolve_references;
use super::spec::Loss;
use super::{Source, podman};

/// What was asked for when the container was made: the create request of the Engine API without
/// what image, engine and network mode give by themselves. Values are as the engine stores them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The container's ID.
    pub id: String,
    /// Its name without the slash.
    pub name: String,
    /// The image as it is to be named.
    pub image: String,
    /// `Config` without `Image`.
    pub config: Map<String, Value>,
    /// `HostConfig`.
    pub host_config: Map<String, Value>,
    /// Networks; the first is the one of `HostConfig.NetworkMode`.
    pub endpoints: Vec<Endpoint>,
    /// Volumes without a name of their own, with the names that the engine gave them.
    pub anonymous_volumes: Vec<AnonymousVolume>,
    /// What cannot be asked for in any way.
    pub losses: Vec<Loss>,
}

/// An anonymous volume of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousVolume {
    /// Where it is mounted.
    pub destination: String,
    /// The name that the engine made up.
    pub name: String,
    /// Its place in `HostConfig.Mounts` where it was asked for there.
    pub mount: Option<usize>,
}

impl Request {
    /// What was asked for, from what is known of a container. Pure.
    pub fn from_source(source: &Source) -> Self {
        let container = &source.container;
        let mut request = Self {
            id: text(at(container, "Id")).to_owned(),
            name: text(at(container, "Name"))
                .trim_start_matches('/')
                .to_owned(),
            config: at(container, "Config")
                .as_object()
                .cloned()
                .unwrap_or_default(),
            host_config: at(container, "HostConfig")
                .as_object()
                .cloned()
                .unwrap_or_default(),
            ..Self::default()
        };
        request.config.shift_remove("Image");
        request.image_word(source);
        request.subtract_image(source);
        request.subtract_engine(source);
        request.anonymous_volumes = anonymous_volumes(container);
        request.endpoints = endpoints::asked_for(source);
        if source.engine.podman {
            podman::subtract(&mut request, source);
        }
        resolve_references(&mut request.host_config, &source.names);
        request
    }

    /// Keeps the data of anonymous volumes: each is mounted by the name the engine gave it.
    pub fn keep_volumes(&mut self) {
        let binds = self.host_config.entry("Binds").or_insert(Value::Null);
        let mut kept = list(binds).to_vec();
        let mounts = self
            .anonymous_volumes
            .iter()
            .filter(|volume| volume.mount.is_none());
        kept.extend(mounts.map(|volume| json!(format!("{}:{}", volume.name, volume.destination))));
        if !kept.is_empty() {
            *binds = Value::Array(kept);
        }
        for volume in &self.anonymous_volumes {
            let slot = volume.mount.and_then(|index| {
                self.host_config
                    .get_mut("Mounts")?
                    .as_array_mut()?
                    .get_mut(index)
            });
            if let Some(Value::Object(mount)) = slot {
                mount.insert("Source".to_owned(), json!(volume.name));
            }
        }
    }

    /// Gives anonymous volumes anew. Docker's stand nowhere in a request; podman's do.
    pub fn fresh_volumes(&mut self, source: &Source) {
        if source.engine.podman {
            podman::fresh_volumes(self, source);
        }
    }

    /// The body of `POST /containers/create`. With `all_networks` (API 1.44 and later) it has
    /// every endpoint, else the first one; the others are to be connected afterwards.
    pub fn body(&self, all_networks: bool) -> Value {
        let mut body = self.config.clone();
        body.insert("Image".to_owned(), json!(self.image));
        body.insert(
            "HostConfig".to_owned(),
            Value::Object(self.host_config.clone()),
        );
        let count = if all_networks {
            self.endpoints.len()
        } else {
            1
        };
        let endpoints: Map<String, Value> = self
            .endpoints
            .iter()
            .take(count)
            .map(|endpoint| {
                (
                    endpoint.network.clone(),
                    Value::Object(endpoint.settings.clone()),
                )
            })
            .collect();
        if !endpoints.is_empty() {
            body.insert(
                "NetworkingConfig".to_owned(),
                json!({ "EndpointsConfig": endpoints }),
            );
        }
        Value::Object(body)
    }

    /// The image by its name while that still leads to the same image, else by its ID.
    fn image_word(&mut self, source: &Source) {
        let word = text(at(at(&source.container, "Config"), "Image"));
        let id = text(at(&source.container, "Image"));
        self.image = word.to_owned();
        let Some(image) = &source.image else {
            if source.engine.api.is_some() {
                self.lose(
                    "Image",
                    "the image is gone, so what it gave cannot be told from what was asked for",
                );
            } else {
                self.lose("Image", "the image's data is not given (`--image-file`), so what it gave is printed too");
            }
            return;
        };
        let image_id = text(at(image, "Id"));
        let same = names_image(word, image) || source.image_now.as_deref() == Some(image_id);
        if !same && source.engine.api.is_some() {
            id.clone_into(&mut self.image);
            let why = format!(
                "\"{word}\" is not this container's image any more: printed is the ID it was made from"
            );
            self.lose("Config.Image", &why);
        }
    }

    /// Leaves out what the image gives.
    fn subtract_image(&mut self, source: &Source) {
        let none = Value::Null;
        let image = source
            .image
            .as_ref()
            .map_or(&none, |image| at(image, "Config"));
        let config = &mut self.config;
        for key in ["User", "WorkingDir", "StopSignal", "Shell"] {
            if !is_empty(at(image, key)) && of(config, key) == at(image, key) {
                config.shift_remove(key);
            }
        }
        for key in ["Labels", "Volumes", "ExposedPorts"] {
            if let (Some(Value::Object(own)), Value::Object(given)) =
                (config.get_mut(key), at(image, key))
            {
                // Of volumes and ports only the keys say something.
                let same = |name: &str, value: &Value| match given.get(name) {
                    Some(given) => key != "Labels" || given == value,
                    None => false,
                };
                own.retain(|name, value| !same(name, value));
            }
        }
        // Compared as the engine compares them: null and false are the same to it.
        if flag(of(config, "ArgsEscaped")) == flag(at(image, "ArgsEscaped")) {
            config.shift_remove("ArgsEscaped");
        }
        let health = of(config, "Healthcheck").clone();
        if let (Value::Object(mut own), Value::Object(given)) = (health, at(image, "Healthcheck")) {
            own.retain(|name, value| given.get(name) != Some(value));
            match own.is_empty() {
                true => drop(config.shift_remove("Healthcheck")),
                false => drop(config.insert("Healthcheck".to_owned(), Value::Object(own))),
            }
        }

        let own = strings(of(config, "Env")).unwrap_or_default();
        let (asked, extra) = env_asked_for(&own, &strings(at(image, "Env")).unwrap_or_default());
        let words = |value: &Value, config: &Map<String, Value>| match value {
            Value::Null => Words {
                entrypoint: strings(of(config, "Entrypoint")),
                cmd: strings(of(config, "Cmd")),
            },
            image => Words {
                entrypoint: strings(at(image, "Entrypoint")),
                cmd: strings(at(image, "Cmd")),
            },
        };
        let mut result = words(&Value::Null, config);
        // Docker stores null for it, podman the empty word.
        if result.entrypoint.as_deref() == Some(&[String::new()]) {
            result.entrypoint = None;
        }
        let given = match image {
            Value::Null => Words {
                entrypoint: None,
                cmd: None,
            },
            image => words(image, config),
        };
        let (words, exact) = match words_asked_for(&result, &given) {
            Ok(words) => (words, true),
            Err(words) => (words, false),
        };
        config.insert("Env".to_owned(), json!(asked));
        config.insert("Entrypoint".to_owned(), json!(words.entrypoint));
        config.insert("Cmd".to_owned(), json!(words.cmd));
        for entry in extra {
            let name = entry
                .split_once('=')
                .map_or(entry.as_str(), |(name, _)| name)
                .to_owned();
            self.lose(
                "Config.Env",
                &format!("the image sets {name} and the container does not"),
            );
        }
        if !exact {
            self.lose(
                "Config.Cmd",
                "no entrypoint and command give it on this image",
            );
        }
        for key in ["User", "WorkingDir"] {
            if is_empty(of(&self.config, key))
                && of(&self.config, key) != &Value::Null
                && !is_empty(at(image, key))
            {
                self.lose(
                    &format!("Config.{key}"),
                    "the image sets it and the container does not",
                );
            }
        }
    }

    /// Leaves out what the engine adds by itself, and what the network mode excludes.
    fn subtract_engine(&mut self, source: &Source) {
        let host = &mut self.host_config;
        let mode = text(of(host, "NetworkMode")).to_owned();
        let own = |mode: &str| mode.starts_with("container:");
        let hostname = text(of(&self.config, "Hostname"));
        let short_id = self.id.get(..12).unwrap_or(&self.id);
        let of_host = mode == "host" && source.engine.host_name.as_deref() == Some(hostname);
        let of_uts = text(of(host, "UTSMode")) == "host";
        if own(&mode) || of_uts || of_host || hostname == short_id {
            self.config.shift_remove("Hostname");
        }
        if own(&mode) {
            // The engine refuses all of these beside another container's network.
            for key in ["MacAddress", "ExposedPorts"] {
                self.config.shift_remove(key);
            }
            for key in [
                "PortBindings",
                "PublishAllPorts",
                "Links",
                "Dns",
                "ExtraHosts",
            ] {
                if is_empty(of(host, key)) {
                    host.shift_remove(key);
                }
            }
        }
        // The engine's own "label=disable" (moby daemon/create.go, generateSecurityOpt).
        let generates = flag(of(host, "Privileged"))
            || text(of(host, "PidMode")) == "host"
            || text(of(host, "IpcMode")) == "host";
        if let Some(Value::Array(options)) = host.get_mut("SecurityOpt")
            && generates
            && options
                .iter()
                .filter(|option| text(option).starts_with("label"))
                .count()
                == 1
            && options.last().map(text) == Some("label=disable")
        {
            options.pop();
            if options.is_empty() {
                host.insert("SecurityOpt".to_owned(), Value::Null);
            }
        }
        let (memory, swap) = (int(of(host, "Memory")), int(of(host, "MemorySwap")));
        if memory > 0 && swap == memory.saturating_mul(2) {
            host.insert("MemorySwap".to_owned(), json!(0));
        }
    }

    fn lose(&mut self, field: &str, why: &str) {
        let loss = Loss {
            field: field.to_owned(),
            why: why.to_owned(),
            harmless: false,
        };
        self.losses.push(loss);
    }
}

/// Whether `word` is a name or ID of this image, going by its own inspect data.
pub fn names_image(word: &str, image: &Value) -> bool {
    let bare = |id: &str| id.trim_start_matches("sha256:").to_owned();
    let names = texts(at(image, "RepoTags"))
        .into_iter()
        .chain(texts(at(image, "RepoDigests")));
    (word.len() >= 7 && bare(text(at(image, "Id"))).starts_with(&bare(word)))
        || names
            .map(full_reference)
            .any(|name| name == full_reference(word))
}

/// A reference with all that docker leaves out: `nginx` is `docker.io/library/nginx:latest`.
fn full_reference(name: &str) -> String {
    let (path, digest) = match name.split_once('@') {
        Some((path, digest)) => (path, Some(digest)),
        None => (name, None),
    };
    let (registry, rest) = match path.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", path),
    };
    let library = if registry == "docker.io" && !rest.contains('/') {
        "library/"
    } else {
        ""
    };
    match digest {
        Some(digest) => {
            let repository = rest
                .split_once(':')
                .map_or(rest, |(repository, _)| repository);
            format!("{registry}/{library}{repository}@{digest}")
        }
        None if rest.contains(':') => format!("{registry}/{library}{rest}"),
        None => format!("{registry}/{library}{rest}:latest"),
    }
}

/// Volumes that nobody named: the image's, `-v /path`, and `--mount` without a source.
fn anonymous_volumes(container: &Value) -> Vec<AnonymousVolume> {
    let host = at(container, "HostConfig");
    let bound = |destination: &str| {
        texts(at(host, "Binds")).iter().any(|bind| {
            bind.split(':')
                .nth(1)
                .is_some_and(|part| part == destination)
        })
    };
    let mut found = Vec::new();
    for mount in list(at(container, "Mounts")) {
        let destination = text(at(mount, "Destination"));
        let name = text(at(mount, "Name"));
        if text(at(mount, "Type")) != "volume" || name.is_empty() || bound(destination) {
            continue;
        }
        let mounts = list(at(host, "Mounts"));
        let asked = mounts
            .iter()
            .position(|mount| text(at(mount, "Target")) == destination);
        let anonymous = match asked.and_then(|index| mounts.get(index)) {
            Some(mount) => {
                text(at(mount, "Source")).is_empty() && text(at(mount, "Type")) == "volume"
            }
            None => at(at(container, "Config"), "Volumes")
                .get(destination)
                .is_some(),
        };
        if anonymous {
            found.push(AnonymousVolume {
                destination: destination.to_owned(),
                name: name.to_owned(),
                mount: asked,
            });
        }
    }
    // The engine lists mounts in changing order.
    found.sort_by(|a, b| a.destination.cmp(&b.destination));
    found
}

#[cfg(test)]
mod tests {
    use super::full_reference;

    #[test]
    fn references_are_compared_in_full() {
        for (short, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("docker.io/nginx:1", "docker.io/library/nginx:1"),
            ("me/app", "docker.io/me/app:latest"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
            ("quay.io/coreos/etcd:v3.5", "quay.io/coreos/etcd:v3.5"),
            ("nginx:1@sha256:ab", "docker.io/library/nginx@sha256:ab"),
        ] {
            assert_eq!(full_reference(short), full);
        }
    }
}
