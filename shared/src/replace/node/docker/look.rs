// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde_json::Value;

use super::node::{DockerNode, Template};
use super::{mounts, settings_file, view};
use crate::access::process_from_inspect;
use crate::model::{EtcdConfig, Version};
use crate::replace::node::NodeError;
use crate::replace::node::data::{self, Seen};
use crate::replace::node::last_words::last_words;
use crate::replace::node::runtime::{runtime, runtime_text};
use crate::replace::node::words::forbidden;
use crate::replace::world::{DataView, NodeView, Obstacle, RuntimeState};

/// Lines of the log that are looked through for last words.
const LOG_LINES: u32 = 60;

/// Looking; nothing is changed but a probe file that comes and goes.
impl DockerNode {
    pub(super) async fn look(&self) -> Result<NodeView, NodeError> {
        let found = self.containers().await?;
        let mut seen = NodeView {
            place: self.name(),
            words: view::words(&self.container),
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
        let Some(inspect) = found.template().cloned() else {
            return Ok(seen);
        };
        let process = process_from_inspect(&inspect, self.engine.host());
        if found.current.is_some() {
            seen.runtime = runtime(&process, Timestamp::now());
            seen.runtime_text = runtime_text(&process);
        }
        let policy = process.restart_policy.clone().unwrap_or_default();
        seen.restarts_by_itself = found.current.is_some() && !matches!(policy.as_str(), "" | "no");
        seen.restart_policy = policy;
        seen.obstacles = view::obstacles(&found, &seen.place);
        let template = self.template_of(found, inspect).await;
        seen.forbidden = forbidden(&template.config);
        let data = self.data(&template).await?;
        if let (Some(file), Some(path)) = (&template.file, &template.config.config_file) {
            let in_layer = data.view.in_container_layer;
            let obstacle = settings_file::obstacle(file, path, in_layer, &seen.place);
            seen.obstacles.extend(obstacle);
        }
        seen.etcd_version = self.etcd_version(&template.inspect).await;
        if matches!(
            seen.runtime,
            RuntimeState::CrashLooping | RuntimeState::Stopped
        ) {
            seen.last_words = self.last_words(&template.inspect).await;
        }
        seen.settings = template.config;
        seen.data = data.view;
        seen.data.locked_by_us = template.containers.holder.is_some();
        seen.lock = data.lock;
        seen.record = data.record;
        seen.obstacles.extend(data.obstacles);
        Ok(seen)
    }

    pub(super) async fn data(&self, template: &Template) -> Result<Seen, NodeError> {
        if let Some(seen) = &self.cache.borrow().data {
            return Ok(seen.clone());
        }
        let places = &template.places;
        let all = mounts::mounts(&template.inspect);
        let needed = mounts::of_places(&all, places);
        let mut seen = Seen {
            view: DataView {
                data_dir: places.data_dir.clone(),
                wal_dir: places.wal_dir.clone(),
                ..DataView::default()
            },
            ..Seen::default()
        };
        if needed.is_empty() {
            seen.view.in_container_layer = true;
            seen.view.member_present = true;
        } else if let Some(volatile) = needed
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
                    let hands = self.hands_with(&template.inspect, program, &needed);
                    match data::look(&hands, places).await {
                        Ok(looked) => seen = looked,
                        Err(error) => seen.obstacles.push(Obstacle {
                            refusal: "helper-failed".to_owned(),
                            sentence: error.to_string(),
                            remedy: "see what the engine says of it, and whether the folders that the container mounts are there".to_owned(),
                        }),
                    }
                }
            }
            let inside = places
                .to_set_aside()
                .into_iter()
                .find(|path| all.iter().any(|mount| mount.is_inside(path)));
            if let Some(path) = inside {
                seen.obstacles.push(data::mount_inside(&self.name(), &path));
            }
        }
        seen.view.paths_on_node = places
            .to_set_aside()
            .iter()
            .filter_map(|path| Some(mounts::covering(&all, path)?.on_node(path)))
            .collect();
        self.cache.borrow_mut().data = Some(seen.clone());
        Ok(seen)
    }

    /// `etcd --version` in a container of the same image; `None` where it could not be told.
    async fn etcd_version(&self, inspect: &Value) -> Option<Version> {
        if let Some(known) = self.cache.borrow().version {
            return known;
        }
        let program = self.program().await.ok()?;
        let hands = self.hands_with(inspect, program, &[]);
        let version = data::etcd_version(&hands, &view::etcd_program(inspect)).await;
        self.cache.borrow_mut().version = Some(version);
        version
    }

    /// The line that says why it ended: the panic's or fatal one, else the last.
    async fn last_words(&self, inspect: &Value) -> Option<String> {
        let id = inspect["Id"].as_str()?;
        let lines = self.engine.logs_tail(id, LOG_LINES, None).await.ok()?;
        last_words(lines.iter().map(|line| line.text.as_str()))
    }
}
