// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;

use futures_util::future::LocalBoxFuture;

use super::step::{Facts, Step, StepFailure, StepId, StepText};
use crate::model::AlarmKind;
use crate::replace::hashes::{self, Agreement};
use crate::replace::journal::Event;
use crate::replace::node::NodeAccess;
use crate::replace::options::Options;
use crate::replace::run::Context;
use crate::replace::world::World;

/// How often it is looked again, a second apart: a leader may just be changing.
const TRIES: u32 = 20;

/// Step 12.
pub struct Verify;

impl Step for Verify {
    fn id(&self) -> StepId {
        StepId::Verify
    }

    fn is_done(&self, _: &World, _: &Facts, _: &Options) -> bool {
        false
    }

    fn describe(&self, _: &World, _: &Facts, _: &Options, _: &dyn NodeAccess) -> StepText {
        StepText {
            effect: "sees that every member answers reads with the right identity, that there is \
                     one leader and equal data (HashKV), disarms a CORRUPT alarm of the removed \
                     member, and takes the locks away"
                .to_owned(),
            commands: vec![
                "etcdctl endpoint hashkv --cluster".to_owned(),
                "etcdctl alarm list".to_owned(),
            ],
        }
    }

    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>> {
        Box::pin(async move {
            disarm(context).await?;
            let mut wrong = String::new();
            for _ in 0..TRIES {
                context.look_with_hashes().await?;
                match fault(&context.world) {
                    None => return Ok(()),
                    Some(fault) => wrong = fault,
                }
                context.pause().await?;
            }
            Err(StepFailure::failed(format!(
                "the cluster is not well yet: {wrong}"
            )))
        })
    }
}

/// What is not as it must be at the end.
fn fault(world: &World) -> Option<String> {
    let mut leaders = BTreeSet::new();
    for peer in world.peers() {
        let label = peer.listed.label();
        if !peer.listed.is_started() {
            return Some(format!("\"{label}\" has not started"));
        }
        if !peer.health.is_healthy() {
            let reason = peer.health.reason().unwrap_or_default();
            return Some(format!("\"{label}\" is not healthy: {reason}"));
        }
        match peer.seen.status.value() {
            Some(status) => leaders.insert(status.leader),
            None => return Some(format!("\"{label}\" does not tell its status")),
        };
        if peer.seen.hash_kv.value().is_none() {
            let error = peer.seen.hash_kv.error();
            let why = error.map(|error| format!(": {}", error.message));
            return Some(format!(
                "\"{label}\" does not tell its HashKV{}",
                why.unwrap_or_default()
            ));
        }
    }
    if leaders.len() != 1 || leaders.iter().any(|leader| leader.0 == 0) {
        return Some("the members do not agree on one leader".to_owned());
    }
    match hashes::agreement(world) {
        Agreement::Equal => None,
        Agreement::Minority { groups, .. } | Agreement::NoMajority { groups } => {
            Some(format!("the members' data differs (HashKV): {groups}"))
        }
    }
}

/// An alarm outlives the member that raised it and blocks every write.
async fn disarm(context: &mut Context<'_>) -> Result<(), StepFailure> {
    let observation = &context.world.observation;
    let listed: Vec<_> = observation.listed().map(|(listed, _)| listed.id).collect();
    let survivors = context.world.survivors();
    let stale = survivors
        .iter()
        .filter_map(|peer| peer.seen.alarms.value())
        .flatten()
        .find(|alarm| alarm.kind == AlarmKind::Corrupt && !listed.contains(&alarm.member_id))
        .copied();
    let Some(alarm) = stale else {
        return Ok(());
    };
    let endpoint = context.survivor_endpoint()?;
    let client = context.cluster.client(&endpoint).await?;
    client.disarm(alarm).await?;
    let id = alarm.member_id;
    context.journal.write(Event::Disarmed { id })?;
    context.printer.note(&format!(
        "disarmed the CORRUPT alarm of the removed member {id}"
    ));
    Ok(())
}
