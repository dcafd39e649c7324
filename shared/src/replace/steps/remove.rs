// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;
use crate::rules::quorum_size;

/// How often a removal is repeated whose answer did not come.
const TRIES: u32 = 5;

/// Step 7.
pub struct Remove;

impl Step for Remove {
    fn id(&self) -> StepId {
        StepId::Remove
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        world.id_to_remove().is_none()
    }

    fn describe(&self, world: &World, _: &Facts, _: &Options, _: &dyn NodeAccess) -> StepText {
        let (Some(id), Some(via)) = (world.id_to_remove(), world.most_advanced()) else {
            return StepText::default();
        };
        let others = world.others();
        let left = others.iter().filter(|p| !p.listed.is_learner).count();
        let spare = world.survivors().len().saturating_sub(quorum_size(left));
        StepText {
            effect: format!(
                "checks every refusal once more, then removes member {id} (\"{}\") for good; \
                 until the new member is promoted, {left} voters remain, and {spare} of them may \
                 fail; from here on the way is forward only",
                world.target.name
            ),
            commands: vec![format!(
                "etcdctl --endpoints={} member remove {id}",
                via.seen.endpoint.clone().unwrap_or_default()
            )],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            context.look_afresh().await?;
            context.refuse_if_needed()?;
            let Some(id) = context.world.id_to_remove() else {
                return Ok(());
            };
            let mut last = None;
            for _ in 0..TRIES {
                context.still_ours().await?;
                let endpoint = context.survivor_endpoint()?;
                let answer = match context.cluster.client(&endpoint).await {
                    Ok(client) => client.member_remove(id).await.map(drop),
                    Err(error) => Err(error),
                };
                // Whatever the answer was: what counts is the list behind a linearizable read.
                match context.current_list().await {
                    Ok(list) if list.iter().all(|member| member.id != id) => {
                        return context.look().await;
                    }
                    Ok(_) => last = answer.err().map(Into::into),
                    Err(failure) => last = Some(failure),
                }
                context.pause().await?;
            }
            Err(last.unwrap_or_else(|| {
                StepFailure::failed(format!("member {id} is still listed after its removal"))
            }))
        })
    }
}
