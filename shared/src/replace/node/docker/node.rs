use std::cell::RefCell;

use jiff::Timestamp;
use serde_json::Value;

use super::containers::{self, Containers};
use super::data::{self, Places, Seen};
use super::helper::{HelperRunner, HelperSource};
use super::{mounts, view};
use crate::access::process_from_inspect;
use crate::docker::Engine;
use crate::model::{EtcdConfig, Version};
use crate::replace::node::NodeError;
use crate::replace::world::{DataView, NodeView, Obstacle, RuntimeState};

/// Lines of the log that are looked through for last words.
const LOG_LINES: u32 = 60;

/// One member in a container of one engine.
pub struct DockerNode {
    pub(super) engine: Engine,
    /// The container's name; it stays with the member through all re-creations.
    pub(super) container: String,
    run: String,
    helper: HelperSource,
    pub(super) cache: RefCell<Cache>,
}

/// What needs a helper container to be known, and changes only by our own effects.
#[derive(Default)]
pub(super) struct Cache {
    data: Option<Seen>,
    pub(super) referring: Option<Vec<String>>,
    version: Option<Option<Version>>,
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

    /// The same for another run: one that is taken over.
    #[must_use]
    pub fn for_run(self, run: &str) -> Self {
        Self {
            run: run.to_owned(),
            ..self
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

    pub(super) async fn template(&self) -> Result<(Containers, Value, EtcdConfig), NodeError> {
        let found = self.containers().await?;
        let template = found
            .template()
            .cloned()
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        let config = process_from_inspect(&template, self.engine.host()).config;
        Ok((found, template, config))
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

    pub(super) async fn with_helper(
        &self,
        template: &Value,
        places: &Places,
        words: &[&str],
        content: Option<&[u8]>,
    ) -> Result<Vec<node_helper::Outcome>, NodeError> {
        let program = self.program().await.map_err(|why| self.unexpected(why))?;
        let place = self.name();
        let runner = self.runner(template, places, &program, &place);
        runner.commands(words, content).await
    }

    pub(super) fn runner<'a>(
        &'a self,
        template: &'a Value,
        places: &Places,
        program: &'a [u8],
        place: &'a str,
    ) -> HelperRunner<'a> {
        let all = mounts::mounts(template);
        HelperRunner {
            engine: &self.engine,
            place,
            image: template["Image"].as_str().unwrap_or_default(),
            run: &self.run,
            program,
            mounts: places.mounts(&all).iter().map(|m| m.request()).collect(),
        }
    }

    pub(super) fn places(template: &Value, config: &EtcdConfig) -> Places {
        let folder = template["Config"]["WorkingDir"]
            .as_str()
            .unwrap_or_default();
        Places::of(config, if folder.is_empty() { "/" } else { folder })
    }

    pub(super) async fn data(
        &self,
        template: &Value,
        config: &EtcdConfig,
    ) -> Result<Seen, NodeError> {
        if let Some(seen) = &self.cache.borrow().data {
            return Ok(seen.clone());
        }
        let places = Self::places(template, config);
        let all = mounts::mounts(template);
        let on_mounts = places.mounts(&all);
        let mut seen = Seen {
            view: DataView {
                data_dir: places.data_dir.clone(),
                wal_dir: places.wal_dir.clone(),
                ..DataView::default()
            },
            ..Seen::default()
        };
        let paths = places.to_set_aside();
        if on_mounts.is_empty() {
            seen.view.in_container_layer = true;
            seen.view.member_present = true;
        } else if let Some(volatile) = on_mounts
            .iter()
            .find(|mount| mount.kind != "bind" && mount.kind != "volume")
        {
            seen.obstacles.push(Obstacle {
                refusal: "data-mount-point".to_owned(),
                sentence: format!(
                    "{}: its data lies on a mount of type {}, which does not outlive a stop",
                    self.name(),
                    volatile.kind
                ),
                remedy: "give it a folder or a volume of the node first".to_owned(),
            });
        } else {
            match self.program().await {
                Err(why) => seen.obstacles.push(Obstacle {
                    refusal: "no-helper".to_owned(),
                    sentence: why,
                    remedy: "give one for that architecture with `--helper-binary FILE`".to_owned(),
                }),
                Ok(program) => {
                    let place = self.name();
                    let runner = self.runner(template, &places, &program, &place);
                    match data::look(&runner, &places).await {
                        Ok(looked) => seen = looked,
                        Err(error) => seen.obstacles.push(Obstacle {
                            refusal: "helper-failed".to_owned(),
                            sentence: error.to_string(),
                            remedy: "see what the engine says of it, and whether the folders that the container mounts are there".to_owned(),
                        }),
                    }
                }
            }
        }
        seen.view.paths_on_node = paths
            .iter()
            .filter_map(|path| Some(mounts::covering(&all, path)?.on_node(path)))
            .collect();
        if seen.view.member_present || seen.view.wal_present {
            let id = template["Id"].as_str().unwrap_or_default();
            match data::identity(&self.engine, id, &places).await {
                Ok(identity) => {
                    seen.view.identity = identity;
                    if identity.is_none() {
                        seen.view.identity_error =
                            Some("its write-ahead log holds no readable metadata".to_owned());
                    }
                }
                Err(error) => seen.view.identity_error = Some(error.to_string()),
            }
        }
        self.cache.borrow_mut().data = Some(seen.clone());
        Ok(seen)
    }

    /// `etcd --version` in a container of the same image; `None` where it could not be told.
    pub(super) async fn etcd_version(&self, template: &Value) -> Option<Version> {
        if let Some(known) = self.cache.borrow().version {
            return known;
        }
        let program = self.program().await.ok()?;
        let place = self.name();
        let places = Places {
            data_dir: String::new(),
            wal_dir: None,
        };
        let mut runner = self.runner(template, &places, &program, &place);
        runner.mounts.clear();
        let ran = runner
            .run(&view::etcd_program(template), &["--version"], None)
            .await;
        let version = ran.ok().and_then(|ran| view::version_in(&ran.stdout));
        self.cache.borrow_mut().version = Some(version);
        version
    }

    pub(super) async fn look(&self) -> Result<NodeView, NodeError> {
        let found = self.containers().await?;
        let mut seen = NodeView {
            place: self.name(),
            runtime: RuntimeState::Absent,
            runtime_text: "there is no such container".to_owned(),
            restarts_by_itself: false,
            settings: EtcdConfig::default(),
            etcd_version: None,
            data: DataView::default(),
            last_words: None,
            lock: None,
            obstacles: Vec::new(),
            kept: found.kept_name.clone(),
            has_current: found.current.is_some(),
            restart_policy: String::new(),
            forbidden: Vec::new(),
            record: None,
        };
        let Some(template) = found.template() else {
            return Ok(seen);
        };
        let process = process_from_inspect(template, self.engine.host());
        if found.current.is_some() {
            seen.runtime = view::runtime(&process, Timestamp::now());
            seen.runtime_text = view::runtime_text(&process);
        }
        let policy = process.restart_policy.clone().unwrap_or_default();
        seen.restarts_by_itself = found.current.is_some() && !matches!(policy.as_str(), "" | "no");
        seen.restart_policy = policy;
        seen.forbidden = view::forbidden(&process.config);
        seen.obstacles = view::obstacles(&found, &process.config, &seen.place);
        let data = self.data(template, &process.config).await?;
        seen.etcd_version = self.etcd_version(template).await;
        if matches!(
            seen.runtime,
            RuntimeState::CrashLooping | RuntimeState::Stopped
        ) {
            seen.last_words = self.last_words(template).await;
        }
        seen.settings = process.config;
        seen.data = data.view;
        seen.data.locked_by_us = found.holder.is_some();
        seen.lock = data.lock;
        seen.record = data.record;
        seen.obstacles.extend(data.obstacles);
        Ok(seen)
    }

    /// The line that says why it ended: the panic's or fatal one, else the last.
    pub(super) async fn last_words(&self, template: &Value) -> Option<String> {
        let id = template["Id"].as_str()?;
        let lines = self.engine.logs_tail(id, LOG_LINES, None).await.ok()?;
        let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
        let says_why = |line: &&&str| {
            line.starts_with("panic:")
                || line.starts_with("fatal error:")
                || line.contains("\"level\":\"fatal\"")
                || line.contains("\"level\":\"panic\"")
                || line.contains(" C | ")
        };
        texts
            .iter()
            .rev()
            .find(says_why)
            .or_else(|| texts.iter().rev().find(|line| !line.is_empty()))
            .map(|line| (*line).to_owned())
    }
}
