// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::names;
use super::node::DockerNode;
use crate::access::{self, Settings};
use crate::docker::{Engine, EngineOptions, Environment, resolve};
use crate::error::ShownError;
use crate::model::{ProcessKind, ProcessObservation};
use crate::replace::node::{NodeAccess, NodeKind, Opening};
use crate::replace::refusals::Refusal;

/// A call of an engine that takes longer is stuck.
const DEADLINE: Duration = Duration::from_secs(60);

/// Members in containers of Docker engines.
pub struct Docker;

impl NodeKind for Docker {
    fn name(&self) -> &'static str {
        "containers of a Docker engine (`--docker-host`, `--docker-context`)"
    }

    fn is_for(&self, opening: &Opening<'_>) -> bool {
        opening.process.is_some_and(|process| {
            // A kubelet would make its container again at once, from the pod's manifest.
            process.kind == ProcessKind::DockerContainer && !process.name.starts_with("k8s_")
        })
    }

    fn open<'a>(
        &'a self,
        opening: &'a Opening<'a>,
    ) -> LocalBoxFuture<'a, Result<Box<dyn NodeAccess>, ShownError>> {
        Box::pin(async move {
            let process = opening
                .process
                .ok_or_else(|| ShownError::failed("there is no container to open"))?;
            let engine = engine_of(opening.settings, process)?;
            // A container that an earlier run set aside stands for the name that it had.
            let container = names::base(&process.name);
            let node = DockerNode::new(engine, container, opening.run, opening.helper.clone());
            Ok(Box::new(node) as Box<dyn NodeAccess>)
        })
    }

    /// Every engine that was asked answers, and one of them has no etcd container: that is the
    /// target's, and the container is gone.
    fn missing(&self, opening: &Opening<'_>) -> Option<Refusal> {
        let (named, observation) = (opening.named, opening.observation);
        let notes = &observation.access.notes;
        let is_empty = |note: &String| note.contains("has no etcd container");
        let empty = notes.iter().find(|note| is_empty(note))?;
        if opening.process.is_some() || !notes.iter().all(is_empty) {
            return None;
        }
        let is_targets = |url: &String| opening.target.peer_urls.contains(url);
        let id = observation
            .listed()
            .map(|(listed, _)| listed)
            .find(|listed| listed.peer_urls.iter().any(is_targets))
            .map(|listed| listed.id);
        let refusal = Refusal {
            id: "process-absent".to_owned(),
            ..Refusal::new(
                format!("there is no etcd container for \"{named}\": {empty}"),
                "its settings are gone with it: remove the member and let the distribution join it \
                 again (`rke up` for RKE, the `recover-control-plane.yml` playbook for kubespray)",
            )
        };
        Some(refusal.with(id.map(|id| format!("etcdctl member remove {id}"))))
    }
}

/// The engine that a process was seen on.
fn engine_of(settings: &Settings, process: &ProcessObservation) -> Result<Engine, ShownError> {
    let by_context = settings.docker_context.as_deref();
    let targets = access::engine_targets(&[], by_context, &[], DEADLINE)?;
    if let Some(target) = targets
        .into_iter()
        .find(|target| target.engine.host() == process.seen_on)
    {
        return Ok(target.engine);
    }
    let options = EngineOptions {
        host: Some(process.seen_on.clone()),
        ..EngineOptions::default()
    };
    let environment = Environment {
        docker_host: None,
        docker_context: None,
        ..Environment::from_process()
    };
    let resolved = resolve(&options, &environment)?;
    Ok(Engine::new(&resolved.endpoint)?)
}
