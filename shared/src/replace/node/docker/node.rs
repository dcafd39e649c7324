// SPDX-License-Identifier: Apache-2.0

use std::cell::RefCell;

use serde_json::Value;

use super::containers::{self, Containers};
use super::hands::DockerHands;
use super::settings_file::{self, SettingsFile};
use super::{mounts, names};
use crate::access::process_from_inspect;
use crate::docker::Engine;
use crate::model::{EtcdConfig, Version};
use crate::replace::node::data::{Places, Seen};
use crate::replace::node::{HelperSource, NodeError};

/// One member in a container of one engine.
pub struct DockerNode {
    pub(super) engine: Engine,
    /// The container's name; it stays with the member through all re-creations.
    pub(super) container: String,
    pub(super) run: String,
    helper: HelperSource,
    pub(super) cache: RefCell<Cache>,
}

/// What needs a helper container to be known, and changes only by our own effects.
#[derive(Default)]
pub(super) struct Cache {
    pub(super) data: Option<Seen>,
    pub(super) referring: Option<Vec<String>>,
    pub(super) version: Option<Option<Version>>,
    /// Where on the node etcd's config file lies, for commands to show.
    pub(super) settings_file: Option<String>,
    program: Option<Result<Vec<u8>, String>>,
}

impl DockerNode {
    /// The container `container` (its name) of `engine`, for the run `run`.
    pub fn new(engine: Engine, container: &str, run: &str, helper: HelperSource) -> Self {
        Self {
            engine,
            container: container.trim_start_matches('/').to_owned(),
            run: run.to_owned(),
            helper,
            cache: RefCell::default(),
        }
    }

    pub(super) fn name(&self) -> String {
        format!("container \"{}\" on {}", self.container, self.engine.host())
    }

    pub(super) fn unexpected(&self, why: impl std::fmt::Display) -> NodeError {
        NodeError::Unexpected {
            place: self.name(),
            why: why.to_string(),
        }
    }

    /// Forgets what was seen of the data: something was done to it.
    pub(super) fn forget(&self) {
        self.cache.borrow_mut().data = None;
    }

    pub(super) async fn containers(&self) -> Result<Containers, NodeError> {
        let known = self.cache.borrow().referring.clone();
        let mut found = containers::look(&self.engine, &self.container, known.is_none()).await?;
        match known {
            Some(known) => found.referring = known,
            None => self.cache.borrow_mut().referring = Some(found.referring.clone()),
        }
        Ok(found)
    }

    /// The containers, the definition to work from, and where its etcd's files are.
    pub(super) async fn template(&self) -> Result<Template, NodeError> {
        let containers = self.containers().await?;
        let inspect = containers
            .template()
            .cloned()
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        Ok(self.template_of(containers, inspect).await)
    }

    pub(super) async fn template_of(&self, containers: Containers, inspect: Value) -> Template {
        let config = process_from_inspect(&inspect, self.engine.host()).config;
        let file = self.settings_file(&inspect, &config).await;
        let config = settings_file::settings(config, file.as_ref());
        let on_node = file.as_ref().and_then(|file| file.as_ref().ok());
        self.cache.borrow_mut().settings_file = on_node.and_then(|file| file.on_node.clone());
        let folder = inspect["Config"]["WorkingDir"].as_str().unwrap_or_default();
        let places = Places::of(&config, if folder.is_empty() { "/" } else { folder });
        Template {
            containers,
            places,
            config,
            file,
            inspect,
        }
    }

    /// The helper program for this node's architecture.
    pub(super) async fn program(&self) -> Result<Vec<u8>, String> {
        if let Some(known) = &self.cache.borrow().program {
            return known.clone();
        }
        let architecture = match self.engine.info().await {
            Ok(info) => info["Architecture"].as_str().unwrap_or_default().to_owned(),
            Err(error) => return Err(error.to_string()),
        };
        let program = self.helper.program(&architecture);
        self.cache.borrow_mut().program = Some(program.clone());
        program
    }

    /// Hands that reach the data of `template`; `None` where it lies in the container's own layer.
    pub(super) async fn hands(
        &self,
        template: &Template,
    ) -> Result<Option<DockerHands<'_>>, NodeError> {
        let all = mounts::mounts(&template.inspect);
        let needed = mounts::of_places(&all, &template.places);
        if needed.is_empty() {
            return Ok(None);
        }
        let program = self.program().await.map_err(|why| self.unexpected(why))?;
        Ok(Some(self.hands_with(&template.inspect, program, &needed)))
    }

    pub(super) fn hands_with(
        &self,
        inspect: &Value,
        program: Vec<u8>,
        needed: &[&mounts::Mount],
    ) -> DockerHands<'_> {
        DockerHands {
            engine: &self.engine,
            place: self.name(),
            holder: names::holder(&self.container),
            image: inspect["Image"].as_str().unwrap_or_default().to_owned(),
            run: &self.run,
            program,
            mounts: needed.iter().map(|mount| mount.request()).collect(),
        }
    }
}

/// What a member's container is made again from.
pub(super) struct Template {
    /// All containers that matter.
    pub(super) containers: Containers,
    /// The inspect of the present container, else of the one that was set aside.
    pub(super) inspect: Value,
    /// etcd's settings in it.
    pub(super) config: EtcdConfig,
    /// The config file that they stand in, where there is one; or why it cannot be read.
    pub(super) file: Option<Result<SettingsFile, String>>,
    /// Where etcd's files are.
    pub(super) places: Places,
}

impl Template {
    /// The present container's id.
    pub(super) fn current_id(&self) -> Option<&str> {
        self.containers.current.as_ref()?["Id"].as_str()
    }
}
