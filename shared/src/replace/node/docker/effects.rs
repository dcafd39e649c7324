// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde_json::Value;

use super::containers::Containers;
use super::node::DockerNode;
use super::{definition, mounts, names, script};
use crate::access::process_from_inspect;
use crate::docker::{EngineError, ListFilter};
use crate::model::ProcessState;
use crate::replace::node::data::{self, Seen};
use crate::replace::node::words;
use crate::replace::node::{Leftover, LeftoverKind, NewStart, NodeError, RunRecord, Saved};
use crate::replace::world::LockHolder;

/// How long a container may take to be gone after its kill.
const STOP_DEADLINE: Duration = Duration::from_secs(120);

/// What is done on the node; each call can be repeated.
impl DockerNode {
    pub(super) async fn take_lock(&self, holder: &LockHolder) -> Result<(), NodeError> {
        let template = self.template().await?;
        self.forget();
        match self.hands(&template).await? {
            Some(hands) => data::write_lock(&hands, &template.places, holder).await,
            None => Ok(()),
        }
    }

    pub(super) async fn write_record(&self, record: &RunRecord) -> Result<(), NodeError> {
        let template = self.template().await?;
        self.forget();
        match self.hands(&template).await? {
            Some(hands) => data::write_record(&hands, &template.places, record).await,
            None => Ok(()),
        }
    }

    pub(super) async fn save(&self, new: &NewStart) -> Result<Saved, NodeError> {
        let template = self.template().await?;
        let has_file = template.file.is_some();
        let template = template.inspect;
        let process = process_from_inspect(&template, self.engine.host());
        let host = &template["HostConfig"]["RestartPolicy"];
        let unchanged = definition::request_unchanged(&template);
        let before = unchanged.map_err(|error| self.unexpected(error))?;
        let after = if has_file {
            // The container stays as it is; its settings stand in the file.
            before.clone()
        } else {
            definition::request(&template, new).map_err(|error| self.unexpected(error))?
        };
        Ok(Saved {
            name: self.container.clone(),
            id: process.id.clone(),
            rescue_before: script::create(&self.container, &before),
            rescue_after: script::create(&self.container, &after),
            restart_policy: host["Name"].as_str().unwrap_or("no").to_owned(),
            restart_maximum: host["MaximumRetryCount"].as_i64().unwrap_or(0),
            was_running: matches!(
                process.state,
                ProcessState::Running | ProcessState::Restarting | ProcessState::Paused
            ),
            definition: template,
        })
    }

    pub(super) async fn bring_down(&self) -> Result<(), NodeError> {
        let template = self.template().await?;
        self.forget();
        if let Some(current) = &template.containers.current {
            let id = template.current_id().unwrap_or_default();
            // An engine declines this for a container between two lives (moby: "cannot update a
            // stopped container"); after the stop it must work.
            let _ = self.engine.set_restart_policy(id, "no", 0).await;
            if current["State"]["Paused"].as_bool() == Some(true) {
                let path = format!("/containers/{}/unpause", crate::docker::segment(id));
                self.engine.post(&path).await?;
            }
            self.engine.stop_container(id, None).await?;
            self.engine.wait_container(id, false, STOP_DEADLINE).await?;
            self.engine.set_restart_policy(id, "no", 0).await?;
        }
        match self.hands(&template).await? {
            Some(hands) => data::hold(&hands, &template.places).await,
            None => Ok(()),
        }
    }

    pub(super) async fn let_go(&self, found: &Containers) -> Result<(), NodeError> {
        for id in [&found.holder, &found.holder_ended].into_iter().flatten() {
            self.engine.remove_container(id, true, true).await?;
        }
        Ok(())
    }

    /// Removes helper containers of this run that a kill left behind; they hold nothing.
    async fn sweep(&self) -> Result<(), NodeError> {
        let filter = ListFilter {
            all: true,
            filters: vec![("label".to_owned(), format!("{}={}", names::LABEL, self.run))],
        };
        for left in self.engine.list_containers(&filter).await? {
            if let Some(id) = left["Id"].as_str() {
                match self.engine.remove_container(id, true, true).await {
                    Ok(()) | Err(EngineError::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    pub(super) async fn move_aside(&self, stamp: &str) -> Result<Vec<(String, String)>, NodeError> {
        let template = self.template().await?;
        self.forget();
        match self.hands(&template).await? {
            Some(hands) => data::set_aside(&hands, &template.places, stamp).await,
            None => Ok(Vec::new()),
        }
    }

    pub(super) async fn create_new(&self, new: &NewStart, stamp: &str) -> Result<(), NodeError> {
        let whole = self.template().await?;
        let found = &whole.containers;
        self.let_go(found).await?;
        if whole.file.is_some() && found.current.is_some() {
            self.forget();
            return self.write_settings(&whole, new, stamp).await;
        }
        let template = found
            .template()
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        let process = process_from_inspect(template, self.engine.host());
        if let Some(current) = &found.current {
            if words::is_new(&process.config.flags, new) {
                return Ok(());
            }
            let id = current["Id"].as_str().unwrap_or_default();
            self.engine
                .rename_container(id, &names::kept(&self.container, stamp))
                .await?;
        }
        let request = definition::request(template, new).map_err(|error| self.unexpected(error))?;
        let created = self
            .engine
            .create_container(Some(&self.container), &request)
            .await;
        self.forget();
        match created {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn bring_up(&self, saved: &Saved) -> Result<(), NodeError> {
        let found = self.containers().await?;
        self.let_go(&found).await?;
        let current = found
            .current
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        let id = current["Id"].as_str().unwrap_or_default();
        let policy = if saved.restart_policy.is_empty() {
            "no"
        } else {
            &saved.restart_policy
        };
        self.engine
            .set_restart_policy(id, policy, saved.restart_maximum)
            .await?;
        self.forget();
        Ok(self.engine.start_container(id).await?)
    }

    pub(super) async fn put_back(&self, saved: &Saved) -> Result<(), NodeError> {
        let found = self.containers().await?;
        self.let_go(&found).await?;
        let id = saved.id.as_deref().unwrap_or_default();
        let has_id = |inspect: &Option<Value>| {
            inspect
                .as_ref()
                .is_some_and(|i| i["Id"].as_str() == Some(id))
        };
        if !has_id(&found.current) {
            if found.current.is_some() || !has_id(&found.kept) {
                return Err(self.unexpected("another container has its name by now"));
            }
            self.engine.rename_container(id, &self.container).await?;
        }
        self.forget();
        if saved.was_running {
            self.bring_up(saved).await
        } else {
            let policy = if saved.restart_policy.is_empty() {
                "no"
            } else {
                &saved.restart_policy
            };
            Ok(self
                .engine
                .set_restart_policy(id, policy, saved.restart_maximum)
                .await?)
        }
    }

    pub(super) async fn unlock(&self) -> Result<(), NodeError> {
        let found = self.containers().await?;
        self.let_go(&found).await?;
        self.sweep().await?;
        let Some(inspect) = found.template().cloned() else {
            return Ok(());
        };
        let template = self.template_of(found, inspect).await;
        self.forget();
        match self.hands(&template).await? {
            Some(hands) => data::release(&hands, &template.places).await,
            None => Ok(()),
        }
    }

    pub(super) async fn find_leftovers(&self) -> Result<Vec<Leftover>, NodeError> {
        let template = self.template().await?;
        let mut all: Vec<Leftover> = template
            .containers
            .all_kept
            .iter()
            .map(|name| Leftover {
                kind: LeftoverKind::Definition,
                what: "the stopped container".to_owned(),
                name: name.clone(),
                inner_path: String::new(),
            })
            .collect();
        self.forget();
        let Seen { view, .. } = self.data(&template).await?;
        let mounted = mounts::mounts(&template.inspect);
        for path in view.set_aside {
            let on_node = mounts::covering(&mounted, &path).map(|mount| mount.on_node(&path));
            all.push(Leftover {
                kind: LeftoverKind::Data,
                what: "the data in".to_owned(),
                name: on_node.unwrap_or_else(|| path.clone()),
                inner_path: path,
            });
        }
        Ok(all)
    }

    pub(super) async fn remove_for_good(&self, leftover: &Leftover) -> Result<(), NodeError> {
        match leftover.kind {
            LeftoverKind::Definition => {
                // Its anonymous volumes stay: the new container uses them by name.
                let removed = self
                    .engine
                    .remove_container(&leftover.name, false, false)
                    .await;
                Ok(removed?)
            }
            LeftoverKind::Data => {
                let template = self.template().await?;
                self.forget();
                match self.hands(&template).await? {
                    Some(hands) => data::remove_aside(&hands, &leftover.inner_path).await,
                    None => Ok(()),
                }
            }
        }
    }

    pub(super) async fn tail(&self, lines: u32) -> Result<Vec<String>, NodeError> {
        match self.engine.logs_tail(&self.container, lines, None).await {
            Ok(lines) => Ok(lines.into_iter().map(|line| line.text).collect()),
            Err(EngineError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}
