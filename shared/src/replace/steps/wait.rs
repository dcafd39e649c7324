// SPDX-License-Identifier: Apache-2.0

use std::time::Instant;

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::error::ShownError;
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::{RuntimeState, World};

/// Step 11.
pub struct Wait;

impl Step for Wait {
    fn id(&self) -> StepId {
        StepId::Wait
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        let entry = world.entry();
        world.id_to_remove().is_none()
            && entry.is_some_and(|entry| entry.is_started() && !entry.is_learner)
            && world
                .target_health()
                .is_some_and(|health| health.is_healthy())
    }

    fn describe(
        &self,
        world: &World,
        _: &Facts,
        options: &Options,
        _: &dyn NodeAccess,
    ) -> StepText {
        let mut commands = Vec::new();
        let mut effect = "waits until the new member has started and received the data".to_owned();
        if world.adds_learner(options) {
            effect.push_str(", then promotes it to a voter through the leader");
            let leader = world.leader();
            let endpoint = world
                .survivors()
                .into_iter()
                .find(|peer| Some(peer.listed.id) == leader)
                .and_then(|peer| peer.seen.endpoint.clone())
                .unwrap_or_default();
            commands.push(format!(
                "etcdctl --endpoints={endpoint} member promote NEW_ID"
            ));
        }
        StepText { effect, commands }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            let begun = Instant::now();
            let progress = context.printer.progress("waiting for the new member", None);
            let waited = async {
                loop {
                    context.look().await?;
                    if self.is_done(&context.world, &context.facts, context.options) {
                        return Ok(());
                    }
                    let Some(entry) = context.world.entry().cloned() else {
                        return Err(StepFailure::failed(
                            "the new member's entry is no longer listed",
                        ));
                    };
                    if !entry.is_started() {
                        progress.set_message("waiting for the new member to start");
                    } else if entry.is_learner {
                        progress.set_message(lag(&context.world));
                        // The leader itself says when it is in sync; asked too early, it says no.
                        if context.promote(entry.id).await.is_ok() {
                            continue;
                        }
                    } else {
                        progress.set_message(lag(&context.world));
                    }
                    if begun.elapsed() > context.options.wait {
                        return Err(too_long(&context.world, context.options));
                    }
                    context.pause().await?;
                }
            }
            .await;
            progress.finish_and_clear();
            waited
        })
    }
}

/// "receiving data: revision 5 of 900, 12 of 100 MB".
fn lag(world: &World) -> String {
    let status_of = |id| {
        world
            .peers()
            .into_iter()
            .find(|peer| Some(peer.listed.id) == id)
            .and_then(|peer| peer.seen.status.value().cloned())
            .unwrap_or_default()
    };
    let ours = status_of(world.entry().map(|entry| entry.id));
    let theirs = world
        .most_advanced()
        .and_then(|peer| peer.seen.status.value().cloned())
        .unwrap_or_default();
    format!(
        "receiving data: revision {} of {}, {} of {} MB",
        ours.header.revision,
        theirs.header.revision,
        ours.db_size_bytes / 1_000_000,
        theirs.db_size_bytes / 1_000_000
    )
}

fn too_long(world: &World, options: &Options) -> StepFailure {
    let mut error = ShownError::failed(format!(
        "the new member is not in sync after {} s",
        options.wait.as_secs()
    ));
    if world.node.runtime != RuntimeState::Running {
        error = error.caused_by(format!(
            "{} is {}",
            world.node.place, world.node.runtime_text
        ));
    }
    if let Some(words) = &world.node.last_words {
        error = error.caused_by(words);
    }
    StepFailure::Failed(Box::new(error))
}
