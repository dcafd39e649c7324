// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::journal::Event;
use crate::replace::node::{NodeAccess, NodeStep, RunRecord};
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// Step 5.
pub struct Save;

impl Step for Save {
    fn id(&self) -> StepId {
        StepId::Save
    }

    fn is_done(&self, _: &World, facts: &Facts, _: &Options) -> bool {
        facts.saved
    }

    fn describe(&self, world: &World, _: &Facts, _: &Options, node: &dyn NodeAccess) -> StepText {
        StepText {
            effect: format!(
                "keeps the definition of {} and scripts that make it by hand, as it is and as it \
                 will be, in the journal on this machine, and a record beside the data on the \
                 node, both readable by their owner only",
                world.node.place
            ),
            commands: node.commands(NodeStep::Save),
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            let new = context.new_start();
            context.still_ours().await?;
            let saved = context.node.definition(&new).await?;
            context.journal.keep_definition(&saved)?;
            let holder = context.holder();
            let cluster = context.world.observation.cluster_id;
            let record = RunRecord {
                run: holder.run,
                who: holder.who,
                since: holder.since,
                member: context.world.target.name.clone(),
                cluster: cluster.map(|id| id.to_string()).unwrap_or_default(),
                old_id: context.old_id,
                stamp: context.facts.stamp.clone(),
                saved: saved.clone(),
            };
            context.node.record(&record).await?;
            context.journal.write(Event::Saved {
                restart_policy: saved.restart_policy.clone(),
                was_running: saved.was_running,
            })?;
            context.facts.saved = true;
            context.facts.restart_policy = Some(saved.restart_policy.clone());
            context.saved = Some(saved);
            Ok(())
        })
    }
}
