// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::node::{NodeAccess, NodeStep};
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::{RuntimeState, World};

/// Step 6.
pub struct Stop;

impl Step for Stop {
    fn id(&self) -> StepId {
        StepId::Stop
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        if world.starts_as_it_should() {
            return true;
        }
        let stopped = matches!(
            world.node.runtime,
            RuntimeState::Stopped | RuntimeState::Absent
        ) && !world.node.restarts_by_itself;
        let data = &world.node.data;
        stopped && (data.locked_by_us || data.in_container_layer || !data.member_present)
    }

    fn describe(&self, world: &World, _: &Facts, _: &Options, node: &dyn NodeAccess) -> StepText {
        StepText {
            effect: format!(
                "keeps {} ({}) from starting by itself, stops it, sees it gone, and holds the \
                 exclusive lock on its database so that no start can open it meanwhile; this can \
                 be taken back",
                world.node.place, world.node.runtime_text
            ),
            commands: node.commands(NodeStep::Stop),
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            context.still_ours().await?;
            context.node.stop().await?;
            // Stopped, its data can be looked at in peace; a process that was silent is settled.
            context.look_afresh().await
        })
    }
}
