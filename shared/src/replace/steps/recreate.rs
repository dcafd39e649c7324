// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::replace::node::{NewStart, NodeAccess, NodeStep};
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::{RuntimeState, World};

/// Step 10.
pub struct Recreate;

impl Step for Recreate {
    fn id(&self) -> StepId {
        StepId::Recreate
    }

    fn is_done(&self, world: &World, facts: &Facts, _: &Options) -> bool {
        let runs = matches!(
            world.node.runtime,
            RuntimeState::Running | RuntimeState::CrashLooping
        );
        // A first look has nothing saved yet: then the process must simply run as it should.
        let policy = facts.restart_policy.as_ref();
        let policy_is_back = policy.is_none_or(|policy| *policy == world.node.restart_policy);
        world.starts_as_it_should() && runs && policy_is_back
    }

    fn describe(
        &self,
        world: &World,
        facts: &Facts,
        _: &Options,
        node: &dyn NodeAccess,
    ) -> StepText {
        let new = NewStart {
            initial_cluster: world.initial_cluster(),
            removed: world.node.forbidden.clone(),
        };
        if world.definition_is_new() {
            return StepText {
                effect: format!(
                    "starts {} again: its settings are right already",
                    world.node.place
                ),
                commands: Vec::new(),
            };
        }
        let removed: Vec<_> = new.removed.iter().map(|flag| format!("--{flag}")).collect();
        let removed = if removed.is_empty() {
            String::new()
        } else {
            format!(
                "; {} must never come along and is removed",
                removed.join(", ")
            )
        };
        if let Some(file) = &world.node.settings.config_file {
            return StepText {
                effect: format!(
                    "writes initial-cluster-state: existing and initial-cluster: {} into \"{file}\", \
                     all else the same{removed}, and starts {} again; the old file is kept beside it",
                    new.initial_cluster, world.node.place
                ),
                commands: node.commands(NodeStep::Recreate {
                    new: &new,
                    stamp: &facts.stamp,
                }),
            };
        }
        StepText {
            effect: format!(
                "makes {} again with --initial-cluster-state=existing and --initial-cluster={}, \
                 all else the same{removed}, and starts it; the old one is kept under another name",
                world.node.place, new.initial_cluster
            ),
            commands: node.commands(NodeStep::Recreate {
                new: &new,
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
            let new = context.new_start();
            let stamp = context.facts.stamp.clone();
            context.node.write_start(&new, &stamp).await?;
            context.still_ours().await?;
            let saved = context.saved()?.clone();
            context.node.start(&saved).await?;
            context.look_afresh().await
        })
    }
}
