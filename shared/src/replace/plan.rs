// SPDX-License-Identifier: Apache-2.0

//! The plan: plain data, made from one look at the world, shown before anything happens.

use serde::Serialize;

use super::node::NodeAccess;
use super::options::Options;
use super::refusals::{self, Refusal};
use super::start::{Start, start};
use super::steps::{self, Facts, StepId};
use super::world::{EntryState, ProcessState, Target, World};
use crate::model::{ClusterId, MemberId};

/// Name and version of the plan's JSON shape.
pub const PLAN_SCHEMA: &str = "kubectl-etcd/replace-plan/v1";

/// What would be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// [`PLAN_SCHEMA`].
    pub schema: String,
    /// Cluster id.
    pub cluster_id: Option<ClusterId>,
    /// The member.
    pub target: Target,
    /// The entry that goes.
    pub old_id: Option<MemberId>,
    /// What and where its process is.
    pub place: String,
    /// The list's word on it.
    pub entry: EntryState,
    /// What its process does.
    pub process: ProcessState,
    /// Evidence for that.
    pub process_text: String,
    /// The line of its log that says why.
    pub last_words: Option<String>,
    /// Where it starts.
    pub start: Start,
    /// `--initial-cluster` of the new start.
    pub initial_cluster: String,
    /// Settings that will not come along.
    pub removed_settings: Vec<String>,
    /// Voters that may still fail, now and until the new member is promoted.
    pub tolerance: Tolerance,
    /// The steps.
    pub steps: Vec<PlannedStep>,
    /// What stands against it.
    pub refusals: Vec<Refusal>,
}

/// How many healthy voters may fail without loss of quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tolerance {
    /// Now.
    pub now: i64,
    /// From the removal until the promotion.
    pub meanwhile: i64,
    /// After it.
    pub after: i64,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedStep {
    /// Which.
    pub step: StepId,
    /// Whether there is anything to do.
    pub is_done: bool,
    /// Whether all up to here can be taken back.
    pub is_reversible: bool,
    /// Its exact effect.
    pub effect: String,
    /// What an operator would type.
    pub commands: Vec<String>,
}

impl Plan {
    /// Whether something stands against it that was not overridden.
    pub fn is_refused(&self) -> bool {
        self.refusals.iter().any(|refusal| !refusal.overridden)
    }

    /// Whether nothing is left to do but to look.
    pub fn is_empty(&self) -> bool {
        self.steps
            .iter()
            .filter(|planned| planned.step > StepId::Save && planned.step < StepId::Verify)
            .all(|planned| planned.is_done)
    }
}

/// Makes the plan.
pub fn plan(world: &World, facts: &Facts, options: &Options, node: &dyn NodeAccess) -> Plan {
    let (entry, process) = (world.entry_state(), world.process_state());
    let steps = steps::ALL
        .iter()
        .map(|step| {
            let is_done = step.is_done(world, facts, options);
            let text = if is_done {
                steps::StepText::default()
            } else {
                step.describe(world, facts, options, node)
            };
            PlannedStep {
                step: step.id(),
                is_done,
                is_reversible: step.id().is_reversible(),
                effect: text.effect,
                commands: text.commands,
            }
        })
        .collect();
    Plan {
        schema: PLAN_SCHEMA.to_owned(),
        cluster_id: world.observation.cluster_id,
        target: world.target.clone(),
        old_id: world.id_to_remove(),
        place: world.node.place.clone(),
        entry,
        process,
        process_text: world.node.runtime_text.clone(),
        last_words: world.node.last_words.clone(),
        start: start(entry, process),
        initial_cluster: world.initial_cluster(),
        removed_settings: world.node.forbidden.clone(),
        tolerance: tolerance(world, options),
        steps,
        refusals: refusals::check(world, options),
    }
}

fn tolerance(world: &World, options: &Options) -> Tolerance {
    let healthy = world.survivors().len();
    let others = world
        .others()
        .iter()
        .filter(|peer| !peer.listed.is_learner)
        .count();
    let target_votes = world.entry().is_some_and(|entry| !entry.is_learner);
    let target_lives = target_votes && world.target_health().is_some_and(|h| h.is_healthy());
    let now = crate::rules::tolerance(
        healthy + usize::from(target_lives),
        others + usize::from(target_votes),
    );
    // A voter that was added and has not started counts against the quorum.
    let voters_meanwhile = if world.adds_learner(options) {
        others
    } else {
        others + 1
    };
    Tolerance {
        now,
        meanwhile: crate::rules::tolerance(healthy, voters_meanwhile)
            .min(crate::rules::tolerance(healthy, others)),
        after: crate::rules::tolerance(healthy + 1, others + 1),
    }
}
