// SPDX-License-Identifier: Apache-2.0

use std::time::{Duration, Instant};

use node_helper::{Kind, Outcome};
use serde_json::json;

use super::changed::changed;
use super::node::StaticPodNode;
use super::seen::Manifests;
use super::{names, script};
use crate::replace::node::data::{self, Places};
use crate::replace::node::hands::check;
use crate::replace::node::words::is_new;
use crate::replace::node::{Leftover, LeftoverKind, NewStart, NodeError, RunRecord, Saved};
use crate::replace::world::LockHolder;

/// A kubelet looks at once, or every 20 s where it cannot watch the folder; the pod has 30 s to end.
const STOP_DEADLINE: Duration = Duration::from_secs(150);
const PAUSE: Duration = Duration::from_millis(500);

/// What is done on the node; each call can be repeated.
impl StaticPodNode {
    pub(super) async fn take_lock(&self, holder: &LockHolder) -> Result<(), NodeError> {
        let (_, on_node) = self.all().await?;
        self.forget();
        data::write_lock(self.hands.as_ref(), &on_node.places, holder).await
    }

    pub(super) async fn write_record(&self, record: &RunRecord) -> Result<(), NodeError> {
        let (_, on_node) = self.all().await?;
        self.forget();
        data::write_record(self.hands.as_ref(), &on_node.places, record).await
    }

    pub(super) async fn save(&self, new: &NewStart) -> Result<Saved, NodeError> {
        let manifests = self.manifests().await?;
        let template = manifests
            .template()
            .ok_or_else(|| self.unexpected("its manifest is gone"))?;
        let after = changed(template, new).map_err(|error| self.unexpected(error))?;
        let file = manifests.file().to_owned();
        Ok(Saved {
            id: None,
            definition: json!({ "path": names::of_kubelet(&file), "manifest": template.text }),
            rescue_before: script::write(&file, &template.text),
            rescue_after: script::write(&file, &after),
            restart_policy: String::new(),
            restart_maximum: 0,
            was_running: !manifests.of_kubelet.is_empty(),
            name: file,
        })
    }

    pub(super) async fn bring_down(&self) -> Result<(), NodeError> {
        let (manifests, on_node) = self.all().await?;
        self.forget();
        if let Some((file, manifest)) = manifests.of_kubelet.first() {
            if let Some(obstacle) = manifests.obstacles.first() {
                let (id, why) = (&obstacle.refusal, obstacle.sentence.clone());
                return Err(Self::refused(id, why, &obstacle.remedy));
            }
            let planned = self.cache.borrow().planned.clone();
            if planned.is_some_and(|planned| planned != manifest.text) {
                return Err(self.edited(file));
            }
            let (from, to) = (names::of_kubelet(file), names::stopped());
            self.done(&["mkdir", names::KEPT, "--", "rename", &from, &to])
                .await?;
        }
        self.see_gone(&on_node.places).await?;
        data::hold(self.hands.as_ref(), &on_node.places).await
    }

    fn edited(&self, file: &str) -> NodeError {
        Self::refused(
            "manifest-edited",
            format!(
                "{}: somebody has changed \"{}\" since the plan was made",
                self.name(),
                names::of_kubelet(file)
            ),
            "see what was changed, then begin again: the plan is made anew from what is there",
        )
    }

    /// Waits until the pod is gone and nothing holds the database any more.
    async fn see_gone(&self, places: &Places) -> Result<(), NodeError> {
        let began = Instant::now();
        let database = places.database();
        loop {
            let pod = self.watch.look().await?;
            if pod.is_none() && (self.is_free(&database).await? || self.holder_is_there().await?) {
                return Ok(());
            }
            if began.elapsed() > STOP_DEADLINE {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if self.watch.look().await?.is_none() {
            // The pod is gone: what holds the database is another process, which `hold` names.
            return Ok(());
        }
        Err(Self::refused(
            "kubelet-silent",
            format!(
                "{} is still there {} s after its manifest was taken out of {}",
                self.name(),
                STOP_DEADLINE.as_secs(),
                names::FOLDER
            ),
            "see whether the kubelet of that node runs (`systemctl status kubelet`): without it \
             nothing ends the pod, and nothing would start the new one",
        ))
    }

    async fn holder_is_there(&self) -> Result<bool, NodeError> {
        self.hands.holder_runs().await
    }

    /// Whether nobody holds the database, or there is none.
    async fn is_free(&self, database: &str) -> Result<bool, NodeError> {
        let lines = self.hands.run(&["stat", database], None).await?;
        let is_absent =
            |line: &Outcome| matches!(line, Outcome::Stat(stat) if stat.kind == Kind::Absent);
        if lines.iter().any(is_absent) {
            return Ok(true);
        }
        let lines = self.hands.run(&["lock", database, "--test"], None).await?;
        Ok(matches!(lines.first(), Some(Outcome::Lock { .. })))
    }

    pub(super) async fn move_aside(&self, stamp: &str) -> Result<Vec<(String, String)>, NodeError> {
        let (_, on_node) = self.all().await?;
        self.forget();
        data::set_aside(self.hands.as_ref(), &on_node.places, stamp).await
    }

    /// Writes the new manifest beside the kubelet's folder and keeps the old one for good.
    pub(super) async fn stage(&self, new: &NewStart, stamp: &str) -> Result<(), NodeError> {
        self.hands.end_holder().await?;
        self.forget();
        let manifests = self.manifests().await?;
        if let Some((_, manifest)) = manifests.of_kubelet.first() {
            if is_new(&manifest.config().flags, new) {
                return self.keep_old(&manifests, stamp).await;
            }
            return Err(self.unexpected(format!(
                "somebody has put a manifest into {} meanwhile: move it away, then go on",
                names::FOLDER
            )));
        }
        let is_staged = manifests
            .staged
            .as_ref()
            .is_some_and(|staged| is_new(&staged.config().flags, new));
        if !is_staged {
            let template = manifests
                .template()
                .ok_or_else(|| self.unexpected("its manifest is gone"))?;
            let text = changed(template, new).map_err(|error| self.unexpected(error))?;
            let (staged, like) = (names::staged(), names::stopped());
            let from = self.hands.content_path();
            let words = [
                "mkdir",
                names::KEPT,
                "--",
                "write",
                &staged,
                "--from",
                from,
                "--like",
                &like,
            ];
            let lines = self.hands.run(&words, Some(text.as_bytes())).await?;
            check(self.hands.place(), lines)?;
        }
        self.keep_old(&manifests, stamp).await
    }

    async fn keep_old(&self, manifests: &Manifests, stamp: &str) -> Result<(), NodeError> {
        if manifests.stopped.is_none() {
            return Ok(());
        }
        let mut to = names::kept(stamp);
        if manifests.kept.contains(&to) {
            to = names::kept(&crate::replace::run::stamp(jiff::Timestamp::now()));
        }
        self.done(&["rename", &names::stopped(), &to]).await
    }

    /// Moves the new manifest in, or the stopped one where there is no new one.
    pub(super) async fn move_in(&self, file: &str) -> Result<(), NodeError> {
        self.hands.end_holder().await?;
        self.forget();
        let manifests = self.manifests().await?;
        if !manifests.of_kubelet.is_empty() {
            return Ok(());
        }
        let from = if manifests.staged.is_some() {
            names::staged()
        } else if manifests.stopped.is_some() {
            names::stopped()
        } else {
            return Err(self.unexpected("its manifest is gone"));
        };
        self.done(&["rename", &from, &names::of_kubelet(file)])
            .await
    }

    pub(super) async fn put_back(&self, saved: &Saved) -> Result<(), NodeError> {
        self.hands.end_holder().await?;
        self.forget();
        let manifests = self.manifests().await?;
        if !saved.was_running || manifests.stopped.is_none() {
            return Ok(());
        }
        if !manifests.of_kubelet.is_empty() {
            return Err(self.unexpected(format!(
                "somebody has put a manifest into {}: the stopped one stays in {}",
                names::FOLDER,
                names::stopped()
            )));
        }
        let to = names::of_kubelet(&saved.name);
        self.done(&["rename", &names::stopped(), &to]).await
    }

    pub(super) async fn unlock(&self) -> Result<(), NodeError> {
        self.hands.end_holder().await?;
        self.forget();
        let manifests = self.manifests().await?;
        let Some(template) = manifests.template() else {
            return Ok(());
        };
        let on_node = self.on_node(template).await?;
        data::release(self.hands.as_ref(), &on_node.places).await
    }

    pub(super) async fn find_leftovers(&self) -> Result<Vec<Leftover>, NodeError> {
        let (manifests, on_node) = self.all().await?;
        self.forget();
        let mut all: Vec<Leftover> = manifests
            .kept
            .iter()
            .map(|path| Leftover {
                kind: LeftoverKind::Definition,
                what: "the manifest".to_owned(),
                name: path.clone(),
                inner_path: path.clone(),
            })
            .collect();
        let seen = self.data(&on_node.places).await?;
        all.extend(seen.view.set_aside.into_iter().map(|path| Leftover {
            kind: LeftoverKind::Data,
            what: "the data in".to_owned(),
            name: path.clone(),
            inner_path: path,
        }));
        Ok(all)
    }

    pub(super) async fn remove_for_good(&self, leftover: &Leftover) -> Result<(), NodeError> {
        self.all().await?;
        self.forget();
        data::remove_aside(self.hands.as_ref(), &leftover.inner_path).await
    }

    async fn done(&self, words: &[&str]) -> Result<(), NodeError> {
        let lines = self.hands.run(words, None).await?;
        check(self.hands.place(), lines).map(drop)
    }
}
