use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::containers::Containers;
use super::data::Places;
use super::helper::{CONTENT, check};
use super::node::DockerNode;
use super::{definition, mounts, names, script};
use crate::access::process_from_inspect;
use crate::docker::EngineError;
use crate::model::ProcessState;
use crate::replace::node::{Leftover, LeftoverKind, NewStart, NodeError, Saved};
use crate::replace::refusals::Refusal;
use crate::replace::world::LockHolder;

/// How long a container may take to be gone after its kill.
const STOP_DEADLINE: Duration = Duration::from_secs(120);

/// What is done on the node; each call can be repeated.
impl DockerNode {
    /// Starts the container that holds etcd's lock on the database, unless it runs already or
    /// there is no database.
    pub(super) async fn hold(
        &self,
        template: &Value,
        places: &Places,
        found: &Containers,
    ) -> Result<(), NodeError> {
        if found.holder.is_some() {
            return Ok(());
        }
        if let Some(ended) = &found.holder_ended {
            self.engine.remove_container(ended, true, true).await?;
        }
        let all = mounts::mounts(template);
        if places.mounts(&all).is_empty() {
            return Ok(());
        }
        let database = places.database();
        let lines = self
            .with_helper(template, places, &["stat", &database], None)
            .await?;
        let absent = lines.iter().any(|line| {
            matches!(line, node_helper::Outcome::Stat(stat) if stat.kind == node_helper::Kind::Absent)
        });
        if absent {
            return Ok(());
        }
        let program = self.program().await.map_err(|why| self.unexpected(why))?;
        let place = self.name();
        let holder = names::holder(&self.container);
        self.runner(template, places, &program, &place)
            .start_named(&holder, &["lock", &database])
            .await?;
        self.held(&holder, &database).await
    }

    /// Waits until the holder says that it holds the lock, or why not.
    pub(super) async fn held(&self, holder: &str, database: &str) -> Result<(), NodeError> {
        for _ in 0..100 {
            let lines = self.engine.logs_tail(holder, 10, None).await?;
            let text: String = lines
                .iter()
                .map(|line| format!("{}\n", line.text))
                .collect();
            let said = node_helper::parse(&text).map_err(|error| self.unexpected(error))?;
            match said.first() {
                Some(node_helper::Outcome::Lock { .. }) => return Ok(()),
                Some(node_helper::Outcome::Failed {
                    held_by_another: true,
                    ..
                }) => {
                    self.engine.remove_container(holder, true, true).await?;
                    return Err(NodeError::Refused(Box::new(Refusal {
                        id: "data-in-use".to_owned(),
                        ..Refusal::new(
                            format!(
                                "another process holds the database \"{database}\" of {}",
                                self.name()
                            ),
                            "find it on the node with `fuser` or `lsof` on that file and end it; then look again, the member may need no replacement",
                        )
                    })));
                }
                Some(_) => {
                    let failed = check(&self.name(), said);
                    self.engine.remove_container(holder, true, true).await?;
                    failed?;
                    return Err(self.unexpected("the lock on the database could not be taken"));
                }
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        Err(self.unexpected("the holder of the database's lock did not start"))
    }

    pub(super) async fn let_go(&self, found: &Containers) -> Result<(), NodeError> {
        for id in [&found.holder, &found.holder_ended].into_iter().flatten() {
            self.engine.remove_container(id, true, true).await?;
        }
        Ok(())
    }

    pub(super) async fn write_beside(
        &self,
        name: &str,
        content: &[u8],
        new: bool,
    ) -> Result<bool, NodeError> {
        let (_, template, config) = self.template().await?;
        let places = Self::places(&template, &config);
        let all = mounts::mounts(&template);
        if places.mounts(&all).is_empty() {
            return Ok(true);
        }
        let path = format!("{}/{name}", places.data_dir);
        let mut words = vec!["write", &path, "--from", CONTENT, "--mode", "600"];
        if new {
            words.push("--new");
        }
        let lines = self
            .with_helper(&template, &places, &words, Some(content))
            .await?;
        self.forget();
        let exists = lines.iter().any(|line| {
            matches!(line, node_helper::Outcome::Failed { errno: 17, tried, .. } if tried == "rename")
        });
        if exists {
            return Ok(false);
        }
        check(&self.name(), lines).map(|_| true)
    }

    pub(super) async fn take_lock(&self, holder: &LockHolder) -> Result<(), NodeError> {
        let content = serde_json::to_vec(holder).map_err(|error| self.unexpected(error))?;
        if self.write_beside(names::LOCK_FILE, &content, true).await? {
            return Ok(());
        }
        let (_, template, config) = self.template().await?;
        self.forget();
        match self.data(&template, &config).await?.lock {
            Some(found) if found.run == holder.run => Ok(()),
            found => {
                let found = found.unwrap_or_default();
                Err(NodeError::Refused(Box::new(Refusal {
                    id: "another-replace".to_owned(),
                    ..Refusal::new(
                        format!(
                            "a replacement begun by {} at {} is in progress (run {})",
                            found.who, found.since, found.run
                        ),
                        "let it finish, or resume it where it was begun",
                    )
                })))
            }
        }
    }

    pub(super) async fn save(&self, new: &NewStart) -> Result<Saved, NodeError> {
        let (_, template, _) = self.template().await?;
        let process = process_from_inspect(&template, self.engine.host());
        let host = &template["HostConfig"]["RestartPolicy"];
        let unchanged = definition::request_unchanged(&template);
        let before = unchanged.map_err(|error| self.unexpected(error))?;
        let after = definition::request(&template, new).map_err(|error| self.unexpected(error))?;
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
        let (found, template, config) = self.template().await?;
        self.forget();
        if let Some(current) = &found.current {
            let id = current["Id"].as_str().unwrap_or_default();
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
        let places = Self::places(&template, &config);
        self.hold(&template, &places, &found).await
    }

    pub(super) async fn move_aside(&self, stamp: &str) -> Result<Vec<(String, String)>, NodeError> {
        let (_, template, config) = self.template().await?;
        let places = Self::places(&template, &config);
        let all = mounts::mounts(&template);
        if places.mounts(&all).is_empty() {
            return Ok(Vec::new());
        }
        let mut done = Vec::new();
        for path in places.to_set_aside() {
            let mut to = names::aside(&path, stamp);
            let lines = self
                .with_helper(
                    &template,
                    &places,
                    &["stat", &path, "--", "stat", &to],
                    None,
                )
                .await?;
            let lines = check(&self.name(), lines)?;
            let absent = |wanted: &str| {
                lines.iter().any(|line| {
                    matches!(line, node_helper::Outcome::Stat(stat)
                        if stat.path == wanted && stat.kind == node_helper::Kind::Absent)
                })
            };
            if !absent(&path) && !absent(&to) {
                // An interrupted run set the first data aside already; what is there now is newer.
                to = names::aside(&path, &crate::replace::run::stamp(Timestamp::now()));
            }
            if !absent(&path) {
                let lines = self
                    .with_helper(&template, &places, &["rename", &path, &to], None)
                    .await?;
                check(&self.name(), lines)?;
            }
            done.push((path, to));
        }
        self.forget();
        Ok(done)
    }

    pub(super) async fn create_new(&self, new: &NewStart, stamp: &str) -> Result<(), NodeError> {
        let found = self.containers().await?;
        self.let_go(&found).await?;
        let template = found
            .template()
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        let process = process_from_inspect(template, self.engine.host());
        if let Some(current) = &found.current {
            if definition::is_new(&process.config.flags, new) {
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
        let Some(template) = found.template() else {
            return Ok(());
        };
        let config = process_from_inspect(template, self.engine.host()).config;
        let places = Self::places(template, &config);
        let all = mounts::mounts(template);
        if places.mounts(&all).is_empty() {
            return Ok(());
        }
        let (lock, record) = (
            format!("{}/{}", places.data_dir, names::LOCK_FILE),
            format!("{}/{}", places.data_dir, names::RECORD_FILE),
        );
        let words = ["release", &lock, "--", "release", &record];
        let lines = self.with_helper(template, &places, &words, None).await?;
        self.forget();
        check(&self.name(), lines).map(drop)
    }

    pub(super) async fn find_leftovers(&self) -> Result<Vec<Leftover>, NodeError> {
        let (found, template, config) = self.template().await?;
        let mut all: Vec<Leftover> = found
            .all_kept
            .iter()
            .map(|name| Leftover {
                kind: LeftoverKind::Definition,
                name: name.clone(),
                inner_path: String::new(),
            })
            .collect();
        self.forget();
        let seen = self.data(&template, &config).await?;
        let mounted = mounts::mounts(&template);
        for path in seen.view.set_aside {
            let on_node = mounts::covering(&mounted, &path).map(|mount| mount.on_node(&path));
            all.push(Leftover {
                kind: LeftoverKind::Data,
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
                let (_, template, config) = self.template().await?;
                let places = Self::places(&template, &config);
                let words = ["remove-aside", leftover.inner_path.as_str()];
                let lines = self.with_helper(&template, &places, &words, None).await?;
                self.forget();
                check(&self.name(), lines).map(drop)
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
