use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use serde_json::Value;

use super::containers::{self, Containers};
use super::data::{self, Places, Seen};
use super::helper::{CONTENT, HelperRunner, HelperSource, check};
use super::{definition, mounts, names, script, view};
use crate::access::process_from_inspect;
use crate::docker::{Engine, EngineError};
use crate::model::{EtcdConfig, ProcessState, Version};
use crate::replace::node::{
    Leftover, LeftoverKind, NewStart, NodeAccess, NodeError, NodeStep, RunRecord, Saved,
};
use crate::replace::refusals::Refusal;
use crate::replace::world::{DataView, LockHolder, NodeView, Obstacle, RuntimeState};

/// How long a container may take to be gone after its kill.
const STOP_DEADLINE: Duration = Duration::from_secs(120);
/// Lines of the log that are looked through for last words.
const LOG_LINES: u32 = 60;

/// One member in a container of one engine.
pub struct DockerNode {
    engine: Engine,
    /// The container's name; it stays with the member through all re-creations.
    container: String,
    run: String,
    helper: HelperSource,
    cache: RefCell<Cache>,
}

/// What needs a helper container to be known, and changes only by our own effects.
#[derive(Default)]
struct Cache {
    data: Option<Seen>,
    referring: Option<Vec<String>>,
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

    fn name(&self) -> String {
        format!("container \"{}\" on {}", self.container, self.engine.host())
    }

    fn unexpected(&self, why: impl std::fmt::Display) -> NodeError {
        NodeError::Unexpected {
            place: self.name(),
            why: why.to_string(),
        }
    }

    /// Forgets what was seen of the data: something was done to it.
    fn forget(&self) {
        self.cache.borrow_mut().data = None;
    }

    async fn containers(&self) -> Result<Containers, NodeError> {
        let known = self.cache.borrow().referring.clone();
        let mut found = containers::look(&self.engine, &self.container, known.is_none()).await?;
        match known {
            Some(known) => found.referring = known,
            None => self.cache.borrow_mut().referring = Some(found.referring.clone()),
        }
        Ok(found)
    }

    async fn template(&self) -> Result<(Containers, Value, EtcdConfig), NodeError> {
        let found = self.containers().await?;
        let template = found
            .template()
            .cloned()
            .ok_or_else(|| self.unexpected("the container is gone"))?;
        let config = process_from_inspect(&template, self.engine.host()).config;
        Ok((found, template, config))
    }

    /// The helper program for this node's architecture.
    async fn program(&self) -> Result<Vec<u8>, String> {
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

    async fn with_helper(
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

    fn runner<'a>(
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

    fn places(template: &Value, config: &EtcdConfig) -> Places {
        let folder = template["Config"]["WorkingDir"]
            .as_str()
            .unwrap_or_default();
        Places::of(config, if folder.is_empty() { "/" } else { folder })
    }

    async fn data(&self, template: &Value, config: &EtcdConfig) -> Result<Seen, NodeError> {
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
    async fn etcd_version(&self, template: &Value) -> Option<Version> {
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

    async fn look(&self) -> Result<NodeView, NodeError> {
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
    async fn last_words(&self, template: &Value) -> Option<String> {
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

    /// Starts the container that holds etcd's lock on the database, unless it runs already or
    /// there is no database.
    async fn hold(
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
    async fn held(&self, holder: &str, database: &str) -> Result<(), NodeError> {
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

    async fn let_go(&self, found: &Containers) -> Result<(), NodeError> {
        for id in [&found.holder, &found.holder_ended].into_iter().flatten() {
            self.engine.remove_container(id, true, true).await?;
        }
        Ok(())
    }

    async fn write_beside(&self, name: &str, content: &[u8], new: bool) -> Result<bool, NodeError> {
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

    async fn take_lock(&self, holder: &LockHolder) -> Result<(), NodeError> {
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

    async fn save(&self, new: &NewStart) -> Result<Saved, NodeError> {
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

    async fn bring_down(&self) -> Result<(), NodeError> {
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

    async fn move_aside(&self, stamp: &str) -> Result<Vec<(String, String)>, NodeError> {
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

    async fn create_new(&self, new: &NewStart, stamp: &str) -> Result<(), NodeError> {
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

    async fn bring_up(&self, saved: &Saved) -> Result<(), NodeError> {
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

    async fn put_back(&self, saved: &Saved) -> Result<(), NodeError> {
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

    async fn unlock(&self) -> Result<(), NodeError> {
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

    async fn find_leftovers(&self) -> Result<Vec<Leftover>, NodeError> {
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

    async fn remove_for_good(&self, leftover: &Leftover) -> Result<(), NodeError> {
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

    async fn tail(&self, lines: u32) -> Result<Vec<String>, NodeError> {
        match self.engine.logs_tail(&self.container, lines, None).await {
            Ok(lines) => Ok(lines.into_iter().map(|line| line.text).collect()),
            Err(EngineError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

impl NodeAccess for DockerNode {
    fn place(&self) -> String {
        self.name()
    }

    fn observe(&self) -> LocalBoxFuture<'_, Result<NodeView, NodeError>> {
        Box::pin(self.look())
    }

    fn look_afresh(&self) {
        self.forget();
        self.cache.borrow_mut().referring = None;
    }

    fn definition<'a>(&'a self, new: &'a NewStart) -> LocalBoxFuture<'a, Result<Saved, NodeError>> {
        Box::pin(self.save(new))
    }

    fn lock<'a>(&'a self, holder: &'a LockHolder) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.take_lock(holder))
    }

    fn record<'a>(&'a self, record: &'a RunRecord) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(async move {
            let content = serde_json::to_vec(record).map_err(|error| self.unexpected(error))?;
            self.write_beside(names::RECORD_FILE, &content, false)
                .await
                .map(drop)
        })
    }

    fn release(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(self.unlock())
    }

    fn stop(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(self.bring_down())
    }

    fn set_aside<'a>(
        &'a self,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(String, String)>, NodeError>> {
        Box::pin(self.move_aside(stamp))
    }

    fn write_start<'a>(
        &'a self,
        new: &'a NewStart,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.create_new(new, stamp))
    }

    fn start<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.bring_up(saved))
    }

    fn restore<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.put_back(saved))
    }

    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>> {
        Box::pin(self.tail(lines))
    }

    fn leftovers(&self) -> LocalBoxFuture<'_, Result<Vec<Leftover>, NodeError>> {
        Box::pin(self.find_leftovers())
    }

    fn remove_leftover<'a>(
        &'a self,
        leftover: &'a Leftover,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(self.remove_for_good(leftover))
    }

    fn commands(&self, step: NodeStep<'_>) -> Vec<String> {
        script::commands(&self.container, self.engine.host(), step)
    }
}
