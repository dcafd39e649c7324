// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::journal::Event;
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// How often an add is tried again, a second apart: after a removal the survivors need some
/// seconds until every connection counts as lasting (etcd's HealthInterval is 5 s).
const TRIES: u32 = 20;

/// Step 9.
pub struct Add;

impl Step for Add {
    fn id(&self) -> StepId {
        StepId::Add
    }

    fn is_done(&self, world: &World, _: &Facts, _: &Options) -> bool {
        world.entry().is_some() && world.id_to_remove().is_none()
    }

    fn describe(
        &self,
        world: &World,
        _: &Facts,
        options: &Options,
        _: &dyn NodeAccess,
    ) -> StepText {
        let learner = world.adds_learner(options);
        let via = world.most_advanced();
        let endpoint = via
            .and_then(|peer| peer.seen.endpoint.clone())
            .unwrap_or_default();
        StepText {
            effect: format!(
                "adds \"{}\" at {} as a {}, under a new id",
                world.target.name,
                world.target.peer_urls.join(","),
                if learner {
                    "learner, which counts for no quorum until it is in sync"
                } else {
                    "voter"
                }
            ),
            commands: vec![format!(
                "etcdctl --endpoints={endpoint} member add {} {}--peer-urls={}",
                world.target.name,
                if learner { "--learner " } else { "" },
                world.target.peer_urls.join(",")
            )],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            let learner = context.world.adds_learner(context.options);
            let urls = context.world.target.peer_urls.clone();
            let mut last = None;
            for _ in 0..TRIES {
                context.still_ours().await?;
                let endpoint = context.survivor_endpoint()?;
                let answer = match context.cluster.client(&endpoint).await {
                    Ok(client) => client.member_add(urls.clone(), learner).await.map(drop),
                    Err(error) => Err(error),
                };
                // An add whose answer was lost is done when the list shows our URL.
                match context.current_list().await {
                    Ok(list) => {
                        let is_ours = |url: &String| urls.contains(url);
                        let ours = list.iter().find(|m| m.peer_urls.iter().any(is_ours));
                        if let Some(ours) = ours {
                            let id = ours.id;
                            context.journal.write(Event::Added { id, learner })?;
                            return context.look().await;
                        }
                        last = answer.err().map(Into::into);
                    }
                    Err(failure) => last = Some(failure),
                }
                context.pause().await?;
            }
            Err(last.unwrap_or_else(|| {
                StepFailure::failed("the new member is not listed after its add")
            }))
        })
    }
}
