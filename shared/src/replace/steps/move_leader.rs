// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// Step 3.
pub struct MoveLeader;

impl Step for MoveLeader {
    fn id(&self) -> StepId {
        StepId::MoveLeader
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        match (world.id_to_remove(), world.leader()) {
            (Some(target), Some(leader)) => target != leader,
            _ => true,
        }
    }

    fn describe(&self, world: &World, _: &Facts, _: &Options, _: &dyn NodeAccess) -> StepText {
        let Some(heir) = world.most_advanced() else {
            return StepText::default();
        };
        let endpoint = world
            .target_seen()
            .and_then(|seen| seen.endpoint.clone())
            .unwrap_or_default();
        StepText {
            effect: format!(
                "makes \"{}\" the leader, because the target leads now",
                heir.listed.label()
            ),
            commands: vec![format!(
                "etcdctl --endpoints={endpoint} move-leader {}",
                heir.listed.id
            )],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            let heir = context.world.most_advanced().map(|peer| peer.listed.id);
            let seen = context.world.target_seen();
            let endpoint = seen.and_then(|seen| seen.endpoint.clone());
            let (Some(heir), Some(endpoint)) = (heir, endpoint) else {
                return Ok(());
            };
            context.still_ours().await?;
            // Only a courtesy: a leader that is stopped is followed by an election, too. A target
            // too broken to hand over is stopped all the same.
            let moved = match context.cluster.client(&endpoint).await {
                Ok(client) => client.move_leader(heir).await,
                Err(error) => Err(error),
            };
            if let Err(error) = moved {
                context.printer.warning(&format!(
                    "the leader could not be moved, the others will elect one: {error}"
                ));
            }
            context.look().await
        })
    }
}
