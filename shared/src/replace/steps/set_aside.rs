// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::journal::Event;
use crate::replace::node::{NodeAccess, NodeStep};
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// Step 8.
pub struct SetAside;

impl Step for SetAside {
    fn id(&self) -> StepId {
        StepId::SetAside
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        let data = &world.node.data;
        data.in_container_layer
            || (!data.member_present && !data.wal_present)
            || (world.id_to_remove().is_none() && world.data_is_the_entrys())
    }

    fn describe(
        &self,
        world: &World,
        facts: &Facts,
        _: &Options,
        node: &dyn NodeAccess,
    ) -> StepText {
        let data = &world.node.data;
        StepText {
            effect: format!(
                "renames {} beside itself, on the same file system, owner and mode unchanged; {} \
                 MB stay there until you remove them",
                data.paths_on_node.join(" and "),
                data.disk_bytes / 1_000_000
            ),
            commands: node.commands(NodeStep::SetAside {
                view: &world.node,
                stamp: &facts.stamp,
            }),
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            context.still_ours().await?;
            let stamp = context.facts.stamp.clone();
            let renamed = context.node.set_aside(&stamp).await?;
            for (from, to) in renamed {
                context.journal.write(Event::SetAside { from, to })?;
            }
            context.look_afresh().await
        })
    }
}
