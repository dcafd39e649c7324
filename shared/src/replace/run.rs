// SPDX-License-Identifier: Apache-2.0

//! Carrying a plan out: look, skip what is done, do the next step, look again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::cluster::Cluster;
use super::etcd_lock::{self, Taken};
use super::journal::{Event, Journal, Outcome};
use super::node::{NewStart, NodeAccess, Saved};
use super::options::Options;
use super::refusals::{self, Refusal};
use super::steps::{self, Facts, StepFailure, StepId};
use super::world::{Earlier, LockHolder, Target, World};
use crate::error::ShownError;
use crate::etcd::EtcdClient;
use crate::model::{ListedMember, MemberId};
use crate::output::Printer;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How often ownership of the lock is asked for while a leader may be changing.
const LOCK_TRIES: u32 = 15;

/// `20261122T101530Z`: sorts by time and is fit for file and container names.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A wish to stop, shared with whoever listens for Ctrl-C.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Rc<Cell<bool>>);

impl StopFlag {
    /// Stop after the effect that is under way.
    pub fn stop(&self) {
        self.0.set(true);
    }

    /// Whether to stop.
    pub fn is_set(&self) -> bool {
        self.0.get()
    }
}

/// The lease of the lock in etcd: kept alive beside whatever a step does.
#[derive(Debug, Default)]
pub struct Lease {
    /// Its id; none where an alarm forbids writes, and before the lock.
    pub id: Cell<Option<i64>>,
    /// Healthy members to ask.
    pub endpoints: RefCell<Vec<String>>,
}

impl Lease {
    /// Keeps it alive for ever; whether that works shows at the next reading of the lock.
    pub async fn keep_alive(&self, cluster: &Cluster) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(etcd_lock::TIME_TO_LIVE / 4).await;
            let Some(lease) = self.id.get() else {
                continue;
            };
            let endpoints = self.endpoints.borrow().clone();
            for endpoint in endpoints {
                if let Ok(client) = cluster.client(&endpoint).await
                    && client.lease_keep_alive(lease).await.is_ok()
                {
                    break;
                }
            }
        }
    }
}

/// Everything that the steps work with.
pub struct Context<'a> {
    /// etcd.
    pub cluster: &'a Cluster,
    /// The target's node.
    pub node: &'a dyn NodeAccess,
    /// The user's choices.
    pub options: &'a Options,
    /// The journal.
    pub journal: &'a Journal,
    /// The terminal.
    pub printer: Printer,
    /// A wish to stop.
    pub stop: StopFlag,
    /// The run's id.
    pub run: String,
    /// `user@machine`.
    pub who: String,
    /// When it began.
    pub since: String,
    /// The entry to remove, as it was when the run began.
    pub old_id: Option<MemberId>,
    /// What the journal knows.
    pub facts: Facts,
    /// The definition before.
    pub saved: Option<Saved>,
    /// The last look.
    pub world: World,
    /// The lease of the lock in etcd, and whom to ask to keep it alive.
    pub lease: Rc<Lease>,
    /// Which survivor to ask next.
    pub turn: usize,
}

impl Context<'_> {
    /// Who holds the locks of this run.
    pub fn holder(&self) -> LockHolder {
        LockHolder {
            run: self.run.clone(),
            who: self.who.clone(),
            since: self.since.clone(),
        }
    }

    /// The user asked to stop.
    pub fn stopped(&self) -> Result<(), StepFailure> {
        if self.stop.is_set() {
            Err(StepFailure::Stopped)
        } else {
            Ok(())
        }
    }

    /// A second between two tries, unless the user asked to stop.
    pub async fn pause(&mut self) -> Result<(), StepFailure> {
        self.stopped()?;
        self.turn += 1;
        tokio::time::sleep(PAUSE).await;
        self.stopped()
    }

    /// Looks at etcd and the node.
    pub async fn look(&mut self) -> Result<(), StepFailure> {
        self.look_at(false).await
    }

    /// Looks, HashKV included.
    pub async fn look_with_hashes(&mut self) -> Result<(), StepFailure> {
        self.look_at(true).await
    }

    /// Looks without believing anything that was seen of the node before.
    pub async fn look_afresh(&mut self) -> Result<(), StepFailure> {
        self.node.look_afresh();
        self.look_at(true).await
    }

    async fn look_at(&mut self, hashes: bool) -> Result<(), StepFailure> {
        let (observation, node) =
            futures_util::join!(self.cluster.observe_members(hashes), self.node.observe());
        self.world.observation = observation?;
        self.world.node = node?;
        self.world.earlier = Some(Earlier {
            run: self.run.clone(),
            old_id: self.old_id,
        });
        let survivors = self.world.survivors();
        let endpoints = survivors
            .iter()
            .filter_map(|peer| peer.seen.endpoint.clone());
        *self.lease.endpoints.borrow_mut() = endpoints.collect();
        Ok(())
    }

    /// All refusals that stand, as a failure.
    pub fn refuse_if_needed(&self) -> Result<(), StepFailure> {
        let standing: Vec<Refusal> = refusals::check(&self.world, self.options)
            .into_iter()
            .filter(|refusal| !refusal.overridden)
            .collect();
        if standing.is_empty() {
            Ok(())
        } else {
            Err(StepFailure::Refused(standing))
        }
    }

    /// How the new start differs.
    pub fn new_start(&self) -> NewStart {
        NewStart {
            initial_cluster: self.world.initial_cluster(),
            removed: self.world.node.forbidden.clone(),
        }
    }

    /// The saved definition.
    pub fn saved(&self) -> Result<&Saved, StepFailure> {
        self.saved.as_ref().ok_or_else(|| {
            StepFailure::failed(
                "the definition of the process was not saved: nothing to start it from",
            )
        })
    }

    /// The endpoint of a healthy member, another one at each turn.
    pub fn survivor_endpoint(&self) -> Result<String, StepFailure> {
        let mut survivors = self.world.survivors();
        survivors.sort_by_key(|peer| {
            std::cmp::Reverse(peer.seen.status.value().map(|s| s.raft_applied_index))
        });
        let endpoints: Vec<String> = survivors
            .iter()
            .filter_map(|peer| peer.seen.endpoint.clone())
            .collect();
        let count = endpoints.len().max(1);
        endpoints
            .into_iter()
            .nth(self.turn % count)
            .ok_or_else(|| self.no_survivor())
    }

    /// Names the members that have to come back.
    fn no_survivor(&self) -> StepFailure {
        let others = self.world.others();
        let down: Vec<String> = others
            .iter()
            .filter(|peer| !peer.health.is_healthy())
            .map(|peer| {
                format!(
                    "\"{}\" ({})",
                    peer.listed.label(),
                    peer.health.reason().unwrap_or("not healthy")
                )
            })
            .collect();
        StepFailure::Failed(Box::new(
            ShownError::failed(format!(
                "no healthy member is left to speak to: {}",
                down.join(", ")
            ))
            .hinted("bring one of them back, then go on with `kubectl etcd-replace resume`"),
        ))
    }

    async fn survivor(&self) -> Result<EtcdClient, StepFailure> {
        Ok(self.cluster.client(&self.survivor_endpoint()?).await?)
    }

    /// The member list that is current: a linearizable read on an endpoint, then its list, then
    /// every survivor's compared with it. 3.4 answers the list from its own memory even when it
    /// is cut off, so the read before it is what makes it current.
    pub async fn current_list(&self) -> Result<Vec<ListedMember>, StepFailure> {
        let client = self.survivor().await?;
        let read = client.read(false).await?;
        if Some(read.header.cluster_id) != self.world.observation.cluster_id {
            return Err(StepFailure::failed(format!(
                "{} answers for another cluster, {}",
                client.endpoint(),
                read.header.cluster_id
            )));
        }
        let (_, list) = client.member_list(true).await?;
        let ids = |list: &[ListedMember]| {
            let mut ids: Vec<MemberId> = list.iter().map(|member| member.id).collect();
            ids.sort_unstable();
            ids
        };
        for peer in self.world.survivors() {
            let Some(endpoint) = &peer.seen.endpoint else {
                continue;
            };
            let other = self.cluster.client(endpoint).await?;
            other.read(false).await?;
            let (_, theirs) = other.member_list(true).await?;
            if ids(&theirs) != ids(&list) {
                return Err(StepFailure::failed(format!(
                    "the member lists of {} and {endpoint} differ",
                    client.endpoint()
                )));
            }
        }
        Ok(list)
    }

    /// Promotes a learner through the leader.
    pub async fn promote(&self, id: MemberId) -> Result<(), StepFailure> {
        self.still_ours().await?;
        let leader = self.world.leader();
        let endpoint = self
            .world
            .survivors()
            .into_iter()
            .find(|peer| Some(peer.listed.id) == leader)
            .and_then(|peer| peer.seen.endpoint.clone());
        let client = match endpoint {
            Some(endpoint) => self.cluster.client(&endpoint).await?,
            None => self.survivor().await?,
        };
        client.member_promote(id).await?;
        Ok(())
    }

    /// Takes the lock in etcd; where an alarm forbids writes it is done without, and said.
    pub async fn take_cluster_lock(&mut self, holder: &LockHolder) -> Result<(), StepFailure> {
        let client = self.survivor().await?;
        match etcd_lock::take(&client, holder).await {
            Ok(Taken::Ours(lease)) => {
                self.lease.id.set(Some(lease));
                Ok(())
            }
            Ok(Taken::Theirs(theirs)) => Err(StepFailure::Refused(vec![another(&theirs)])),
            Err(error) if etcd_lock::writes_are_forbidden(&error) => {
                self.printer.warning(&format!(
                    "etcd accepts no writes, so only the lock file on the node keeps others out: {error}"
                ));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the ownership of the lock again; lost means stop.
    pub async fn still_ours(&self) -> Result<(), StepFailure> {
        self.stopped()?;
        if self.lease.id.get().is_none() {
            return Ok(());
        }
        let mut last = None;
        for _ in 0..LOCK_TRIES {
            let found = match self.survivor().await {
                Ok(client) => etcd_lock::holder(&client).await.map_err(StepFailure::from),
                Err(failure) => Err(failure),
            };
            match found {
                Ok(Some(holder)) if holder.run == self.run => return Ok(()),
                Ok(Some(theirs)) => return Err(StepFailure::Refused(vec![another(&theirs)])),
                Ok(None) => {
                    return Err(StepFailure::failed(
                        "the lock in etcd is no longer there: its lease ran out or somebody deleted it",
                    ));
                }
                // No leader for a moment: after the target was stopped, say.
                Err(failure) => last = Some(failure),
            }
            self.stopped()?;
            tokio::time::sleep(PAUSE).await;
        }
        Err(last.unwrap_or(StepFailure::Stopped))
    }

    /// Whether nothing that lasts was done yet: the old member is still listed; or, where there was
    /// none to remove, its data was not touched.
    pub fn can_be_put_back(&self) -> bool {
        match self.old_id {
            Some(old) => self.world.observation.listed().any(|(l, _)| l.id == old),
            None => self.facts.furthest < Some(StepId::SetAside),
        }
    }

    /// Takes the locks away.
    pub async fn release(&mut self) -> Result<(), StepFailure> {
        self.release_cluster_lock().await?;
        self.node.release().await?;
        self.facts.locked = false;
        Ok(())
    }

    async fn release_cluster_lock(&self) -> Result<(), StepFailure> {
        let client = self.survivor().await?;
        match etcd_lock::release(&client, &self.run).await {
            Ok(()) => {}
            // Then there was no lock to take, either.
            Err(error) if etcd_lock::writes_are_forbidden(&error) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(lease) = self.lease.id.take() {
            // It goes by itself in a minute where this fails.
            let _ = client.lease_revoke(lease).await;
        }
        Ok(())
    }
}

fn another(theirs: &LockHolder) -> Refusal {
    Refusal {
        id: "another-replace".to_owned(),
        ..Refusal::new(
            format!(
                "a replacement begun by {} at {} is in progress (run {})",
                theirs.who, theirs.since, theirs.run
            ),
            "let it finish, or resume it where it was begun",
        )
    }
}

/// Puts the first world together.
///
/// # Errors
/// The node could not be looked at.
pub async fn first_world(
    cluster: &Cluster,
    node: &dyn NodeAccess,
    observation: crate::model::Observation,
    mut target: Target,
    earlier: Option<Earlier>,
) -> Result<World, ShownError> {
    let view = node.observe().await?;
    super::target::complete(&mut target, &view.settings);
    let mut world = World {
        observation,
        target,
        node: view,
        foreign_lock: None,
        earlier,
    };
    let endpoint = world
        .most_advanced()
        .and_then(|peer| peer.seen.endpoint.clone());
    if let Some(endpoint) = endpoint
        && let Ok(client) = cluster.client(&endpoint).await
        && let Ok(Some(holder)) = etcd_lock::holder(&client).await
    {
        let ours = world.earlier.as_ref().map(|earlier| earlier.run.as_str());
        if Some(holder.run.as_str()) != ours {
            world.foreign_lock = Some(holder);
        }
    }
    Ok(world)
}

/// Where and why a run ended before its end.
#[derive(Debug)]
pub struct Ended {
    /// The step that did not get done.
    pub step: StepId,
    /// Why.
    pub failure: StepFailure,
    /// Whether everything is as it was before the run.
    pub is_as_before: bool,
}

/// Does every step that is not done yet.
///
/// # Errors
/// The step that did not get done and why. What was refused before anything that lasts is put
/// back as it was.
pub async fn execute(context: &mut Context<'_>) -> Result<(), Ended> {
    let (lease, cluster) = (Rc::clone(&context.lease), context.cluster);
    tokio::select! {
        done = every_step(context) => done,
        never = lease.keep_alive(cluster) => match never {},
    }
}

async fn every_step(context: &mut Context<'_>) -> Result<(), Ended> {
    let ended = |step, failure, is_as_before| Ended {
        step,
        failure,
        is_as_before,
    };
    for step in steps::ALL {
        let id = step.id();
        if step.is_done(&context.world, &context.facts, context.options) {
            context.printer.note(&format!("{id:>11}  nothing to do"));
            continue;
        }
        let began = std::time::Instant::now();
        let journal = context.journal;
        let done = async {
            context.stopped()?;
            journal.write(Event::Step { step: id })?;
            context.facts.furthest = context.facts.furthest.max(Some(id));
            step.run(context).await?;
            journal.write(Event::Done { step: id })?;
            Ok::<(), StepFailure>(())
        }
        .await;
        match done {
            Ok(()) => context.printer.note(&format!(
                "{id:>11}  done in {:.1} s",
                began.elapsed().as_secs_f64()
            )),
            Err(StepFailure::Refused(refusals)) if context.can_be_put_back() => {
                if let Err(failure) = put_back(context).await {
                    return Err(ended(id, failure, false));
                }
                return Err(ended(id, StepFailure::Refused(refusals), true));
            }
            Err(failure) => return Err(ended(id, failure, false)),
        }
    }
    finish(context)
        .await
        .map_err(|failure| ended(StepId::Verify, failure, false))
}

async fn finish(context: &mut Context<'_>) -> Result<(), StepFailure> {
    context.release().await?;
    context.journal.write(Event::Finished {
        outcome: Outcome::Replaced,
    })?;
    Ok(())
}

/// Everything as before: the member is still listed.
async fn put_back(context: &mut Context<'_>) -> Result<(), StepFailure> {
    if let Some(saved) = context.saved.clone() {
        context.node.restore(&saved).await?;
    }
    // An earlier life of this run may have left its lock file; another run's is not ours to take.
    let left = context.world.node.lock.as_ref();
    if context.facts.locked || left.is_some_and(|holder| holder.run == context.run) {
        context.release().await?;
    } else {
        context.release_cluster_lock().await?;
    }
    context.journal.write(Event::Finished {
        outcome: Outcome::Refused,
    })?;
    Ok(())
}

/// Takes a run back as far as that goes: to "as before" while the old member is listed; after
/// that only our own unstarted or learner entry, with both data folders kept.
///
/// # Errors
/// It cannot be taken back any more, or an effect failed.
pub async fn roll_back(context: &mut Context<'_>) -> Result<Outcome, StepFailure> {
    let entry = context.world.entry().cloned();
    let outcome = if context.can_be_put_back() {
        if let Some(saved) = context.saved.clone() {
            context.node.restore(&saved).await?;
        }
        Outcome::RolledBack
    } else {
        match entry {
            Some(entry) if entry.is_started() && !entry.is_learner => {
                return Err(StepFailure::Refused(vec![Refusal {
                    id: "too-late".to_owned(),
                    ..Refusal::new(
                        format!(
                            "the new member {} is a voter already: there is nothing to take back",
                            entry.id
                        ),
                        "go on instead",
                    )
                    .with([context.options.command("resume")])
                }]));
            }
            Some(entry) if context.world.entry_is_ours() || !entry.is_started() => {
                context.still_ours().await?;
                context.node.stop().await?;
                let client = context.survivor().await?;
                client.member_remove(entry.id).await?;
                Outcome::Withdrawn
            }
            _ => {
                return Err(StepFailure::Refused(vec![Refusal {
                    id: "too-late".to_owned(),
                    ..Refusal::new(
                        "the old member was removed, and a removed id never returns",
                        "go on instead",
                    )
                    .with([context.options.command("resume")])
                }]));
            }
        }
    };
    context.release().await?;
    context.journal.write(Event::Finished { outcome })?;
    Ok(outcome)
}
