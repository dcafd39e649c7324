// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;

use super::changed::changed;
use super::names;
use super::node::StaticPodNode;
use super::seen::Manifests;
use crate::kubernetes::EtcdPod;
use crate::model::{EtcdConfig, ProcessState, Version};
use crate::replace::node::data::{self, Seen};
use crate::replace::node::last_words::last_words;
use crate::replace::node::runtime::{runtime, runtime_text};
use crate::replace::node::words::forbidden;
use crate::replace::node::{NewStart, NodeError};
use crate::replace::world::{DataView, NodeView, NodeWords, Obstacle, RuntimeState};

/// Lines of the log that are looked through for last words.
const LOG_LINES: u32 = 60;

/// Looking; nothing is changed but a probe file that comes and goes.
impl StaticPodNode {
    pub(super) async fn look(&self) -> Result<NodeView, NodeError> {
        let manifests = self.manifests().await?;
        let pod = self.watch.look().await?;
        let (runtime, runtime_text) = state(&manifests, pod.as_ref());
        let mut view = NodeView {
            place: self.name(),
            words: words(),
            runtime,
            runtime_text,
            restarts_by_itself: !manifests.of_kubelet.is_empty(),
            settings: EtcdConfig::default(),
            etcd_version: None,
            data: DataView::default(),
            last_words: None,
            lock: None,
            obstacles: manifests.obstacles.clone(),
            kept: manifests.kept.last().cloned(),
            has_current: manifests.current().is_some(),
            restart_policy: String::new(),
            forbidden: Vec::new(),
            record: None,
        };
        let Some(template) = manifests.current().or(manifests.last_kept.as_ref()) else {
            return Ok(view);
        };
        self.note_planned(&template.text);
        view.settings = template.config().clone();
        view.forbidden = forbidden(template.config());
        if let Some(file) = &template.config().config_file {
            view.obstacles.push(Obstacle {
                refusal: "config-file".to_owned(),
                sentence: format!("{} takes its settings from the config file \"{file}\"", view.place),
                remedy: "move `initial-cluster` and `initial-cluster-state` into flags: this version of the tool changes flags and environment only".to_owned(),
            });
        }
        if let Err(error) = changed(template, &NewStart::default()) {
            view.obstacles.push(Obstacle {
                refusal: "config-file".to_owned(),
                sentence: format!("{}: {error}", view.place),
                remedy: "write etcd's flags as words of their own into its manifest first"
                    .to_owned(),
            });
        }
        match template.on_node() {
            Ok(on_node) => {
                self.hands.bring(&on_node.folders).await?;
                let seen = self.data(&on_node.places).await?;
                view.data = seen.view;
                view.data.paths_on_node = on_node.places.to_set_aside();
                view.lock = seen.lock;
                view.record = seen.record;
                view.obstacles.extend(seen.obstacles);
                view.data.locked_by_us = self.hands.holder_runs().await?;
            }
            Err(error) => view.obstacles.push(Obstacle {
                refusal: "data-mount-point".to_owned(),
                sentence: format!("{}: {error}", view.place),
                remedy: "give it a hostPath folder of the node first".to_owned(),
            }),
        }
        view.etcd_version = self.version(&template.program()).await;
        if matches!(
            view.runtime,
            RuntimeState::CrashLooping | RuntimeState::Stopped
        ) && pod.is_some()
            && let Ok(lines) = self.watch.log(LOG_LINES).await
        {
            view.last_words = last_words(lines.iter().map(String::as_str));
        }
        Ok(view)
    }

    pub(super) async fn data(&self, places: &data::Places) -> Result<Seen, NodeError> {
        if let Some(seen) = &self.cache.borrow().data {
            return Ok(seen.clone());
        }
        let seen = data::look(self.hands.as_ref(), places).await?;
        self.cache.borrow_mut().data = Some(seen.clone());
        Ok(seen)
    }

    /// What the plan is made from: the first look's.
    fn note_planned(&self, text: &str) {
        let mut cache = self.cache.borrow_mut();
        cache.planned.get_or_insert_with(|| text.to_owned());
    }

    async fn version(&self, program: &str) -> Option<Version> {
        if let Some(known) = self.cache.borrow().version {
            return known;
        }
        let version = data::etcd_version(self.hands.as_ref(), program)
            .await
            .or_else(|| data::logged_version(&self.watch.version_lines()));
        self.cache.borrow_mut().version = Some(version);
        version
    }
}

/// What it does, by the manifests and by the pod that is seen.
fn state(manifests: &Manifests, pod: Option<&EtcdPod>) -> (RuntimeState, String) {
    let is_wanted = !manifests.of_kubelet.is_empty();
    match pod.map(|pod| &pod.process) {
        Some(process) if is_wanted => (runtime(process, Timestamp::now()), runtime_text(process)),
        // Its end is a matter of seconds, unless the kubelet does not look.
        Some(process) if process.state == ProcessState::Running => (
            RuntimeState::Running,
            format!("{}, without a manifest", process.state_text),
        ),
        _ if is_wanted => (
            RuntimeState::Stopped,
            "the kubelet has made no pod of its manifest".to_owned(),
        ),
        _ if manifests.current().is_some() => (
            RuntimeState::Stopped,
            format!("its manifest is kept in {}", names::KEPT),
        ),
        _ => (
            RuntimeState::Absent,
            format!("there is no manifest of etcd in {}", names::FOLDER),
        ),
    }
}

fn words() -> NodeWords {
    NodeWords {
        process: "static pod".to_owned(),
        change_image: format!("edit `image` in {}", names::of_kubelet(names::FILE)),
        unfreeze: "kill -CONT its process, or unpause its container, on the node".to_owned(),
        missing: format!(
            "put its manifest back as {} where you have it, else `kubeadm reset` and \
             `kubeadm join --control-plane`",
            names::of_kubelet(names::FILE)
        ),
    }
}
