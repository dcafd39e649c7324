// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// Step 1.
pub struct Observe;

impl Step for Observe {
    fn id(&self) -> StepId {
        StepId::Observe
    }

    fn is_done(&self, _: &World, _: &Facts, _: &Options) -> bool {
        false
    }

    fn describe(
        &self,
        world: &World,
        _: &Facts,
        options: &Options,
        _: &dyn NodeAccess,
    ) -> StepText {
        StepText {
            effect: format!(
                "looks at every member and at {}, and checks every refusal; changes nothing",
                world.node.place
            ),
            commands: vec![options.health_command()],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move { context.refuse_if_needed() })
    }
}
