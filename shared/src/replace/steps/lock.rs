// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::etcd_lock;
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// Step 2.
pub struct Lock;

impl Step for Lock {
    fn id(&self) -> StepId {
        StepId::Lock
    }

    fn is_done(&self, _: &World, facts: &Facts, _: &Options) -> bool {
        facts.locked
    }

    fn describe(&self, world: &World, _: &Facts, _: &Options, _: &dyn NodeAccess) -> StepText {
        StepText {
            effect: format!(
                "writes the leased key \"{}\" into etcd and a lock file beside the data in \
                 \"{}\", so that no other replacement can begin; both go again at the end",
                etcd_lock::KEY,
                world.node.data.data_dir
            ),
            commands: Vec::new(),
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            let holder = context.holder();
            context.take_cluster_lock(&holder).await?;
            context.node.lock(&holder).await?;
            context.facts.locked = true;
            Ok(())
        })
    }
}
