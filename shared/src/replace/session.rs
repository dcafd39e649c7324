// SPDX-License-Identifier: Apache-2.0

//! What every command that looks at a member begins with: access, the member, its node, the world;
//! and what every command that changes something works with: the journal and the context.

use jiff::Timestamp;

use super::cluster::Cluster;
use super::journal::{Event, Journal, Run, load_all, runs_folder};
use super::node::{self, HelperSource, NodeAccess, Opening, RunRecord};
use super::options::Options;
use super::refusals::Refusal;
use super::run::{Context, StopFlag, first_world, stamp};
use super::steps::{Facts, StepId};
use super::target;
use super::world::{Earlier, World};
use crate::access::Settings;
use crate::error::ShownError;
use crate::output::Printer;

/// A member looked at, ready for a plan.
pub struct Session {
    /// etcd.
    pub cluster: Cluster,
    /// Its node.
    pub node: Box<dyn NodeAccess>,
    /// The user's choices.
    pub options: Options,
    /// The world.
    pub world: World,
    /// The unfinished run of this member.
    pub unfinished: Option<Run>,
    /// The run's id: the unfinished one's, else a new one.
    pub run: String,
    /// What the journal knows.
    pub facts: Facts,
}

/// The member was found, and perhaps nothing can be done with it.
pub enum Opened {
    /// Ready.
    Ready(Box<Session>),
    /// Its node cannot be worked on.
    Refused(Refusal),
}

impl Session {
    /// Looks at the member that `name` means. `adopt` takes over a run whose record lies on the
    /// node, from another machine.
    ///
    /// # Errors
    /// No way into etcd, no such member, or its node could not be looked at.
    pub async fn open(
        options: Options,
        settings: Settings,
        name: &str,
        adopt: bool,
    ) -> Result<Opened, ShownError> {
        let cluster = Cluster::new(settings);
        let observation = cluster.observe_fully().await?;
        let found = match target::find(&observation, name) {
            Ok(found) => found,
            // A node that is known by its name alone: neither the list nor an engine shows a member
            // of it. What stands against working there is a refusal, not a wrong name.
            Err(_) if is_named_engine(&cluster, name) => target::of_node_alone(),
            Err(unknown) => return Err(unknown),
        };
        let cluster_id = observation.cluster_id.map(|id| id.to_string());
        let mut unfinished = load_all(&runs_folder()?)?.into_iter().find(|run| {
            run.is_unfinished()
                && (run.member == found.target.name
                    || (found.target.name.is_empty() && (run.named == name || run.member == name)))
                && Some(&run.cluster) == cluster_id.as_ref()
        });
        let now = Timestamp::now();
        let mut run = unfinished
            .as_ref()
            .map_or_else(|| new_run(name, now), |run| run.run.clone());
        let helper = HelperSource {
            file: options.helper_binary.clone(),
        };
        let opening = Opening {
            settings: cluster.settings(),
            observation: &observation,
            target: &found.target,
            named: name,
            process: found.process.as_ref(),
            helper: &helper,
            run: &run,
        };
        let mut node = match node::open(&opening, &options).await? {
            node::Opened::Ready(node) => node,
            node::Opened::Refused(refusal) => return Ok(Opened::Refused(refusal)),
        };
        let earlier = unfinished.as_ref().map(|run| Earlier {
            run: run.run.clone(),
            old_id: run.old_id,
        });
        let mut world =
            first_world(&cluster, node.as_ref(), observation, found.target, earlier).await?;
        if unfinished.is_none()
            && adopt
            && let Some(record) = world.node.record.clone()
        {
            let taken = adopted(&record);
            run.clone_from(&taken.run);
            world.earlier = Some(Earlier {
                run: taken.run.clone(),
                old_id: taken.old_id,
            });
            if world.foreign_lock.as_ref().is_some_and(|l| l.run == run) {
                world.foreign_lock = None;
            }
            node.work_for(&run);
            unfinished = Some(taken);
        }
        let facts = facts_of(unfinished.as_ref(), now);
        Ok(Opened::Ready(Box::new(Self {
            cluster,
            node,
            options,
            world,
            unfinished,
            run,
            facts,
        })))
    }

    /// The place, for messages.
    pub fn place(&self) -> String {
        self.node.place()
    }

    /// Opens the journal, makes the context, and hands it to `work`; `stop` is the wish to stop
    /// after the effect under way.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn with_context<T>(
        &self,
        printer: Printer,
        named: &str,
        stop: StopFlag,
        work: impl AsyncFnOnce(&mut Context<'_>) -> T,
    ) -> Result<T, ShownError> {
        let runs = runs_folder()?;
        let journal = Journal::open(&runs, &self.run)?;
        let known_here = load_all(&runs)?.iter().any(|run| run.run == self.run);
        let unfinished = self.unfinished.as_ref();
        let since = unfinished
            .and_then(|run| run.begun_at)
            .unwrap_or_else(Timestamp::now)
            .to_string();
        let old_id = match unfinished {
            Some(run) => run.old_id,
            None => self.world.id_to_remove(),
        };
        let who = unfinished.map_or_else(who, |run| run.who.clone());
        if known_here {
            journal.write(Event::Resumed)?;
        } else {
            let cluster = self.world.observation.cluster_id;
            journal.write(Event::Begun {
                run: self.run.clone(),
                who: who.clone(),
                member: self.world.target.name.clone(),
                named: named.to_owned(),
                cluster: cluster.map(|id| id.to_string()).unwrap_or_default(),
                old_id,
                place: self.place(),
                stamp: self.facts.stamp.clone(),
                access_flags: self.options.access_flags.clone(),
            })?;
        }
        let mut facts = self.facts.clone();
        let record = self.world.node.record.clone();
        let saved = match journal.kept_definition()? {
            Some(saved) => Some(saved),
            // Begun on another machine: the record on the node has it.
            None => record
                .filter(|record| record.run == self.run)
                .map(|record| record.saved),
        };
        if let Some(saved) = &saved
            && !known_here
        {
            journal.keep_definition(saved)?;
            journal.write(Event::Saved {
                restart_policy: saved.restart_policy.clone(),
                was_running: saved.was_running,
            })?;
        }
        facts.saved = saved.is_some();
        let mut context = Context {
            cluster: &self.cluster,
            node: self.node.as_ref(),
            options: &self.options,
            journal: &journal,
            printer,
            stop,
            run: self.run.clone(),
            who,
            since,
            old_id,
            facts,
            saved,
            world: self.world.clone(),
            lease: std::rc::Rc::default(),
            turn: 0,
        };
        Ok(work(&mut context).await)
    }
}

fn is_named_engine(cluster: &Cluster, name: &str) -> bool {
    let mut engines = cluster.settings().docker_hosts.iter();
    engines.any(|engine| engine.node.as_deref() == Some(name))
}

/// What the record on the node tells of a run that was begun elsewhere.
fn adopted(record: &RunRecord) -> Run {
    Run {
        run: record.run.clone(),
        member: record.member.clone(),
        named: record.member.clone(),
        cluster: record.cluster.clone(),
        old_id: record.old_id,
        stamp: record.stamp.clone(),
        who: record.who.clone(),
        begun_at: record.since.parse().ok(),
        restart_policy: Some(record.saved.restart_policy.clone()),
        // How far it got is not known here: whatever may have happened has to be reckoned with.
        furthest: Some(StepId::Verify),
        ..Run::default()
    }
}

fn facts_of(unfinished: Option<&Run>, now: Timestamp) -> Facts {
    let Some(run) = unfinished else {
        return Facts {
            stamp: stamp(now),
            ..Facts::default()
        };
    };
    Facts {
        // A snapshot that is no longer there is taken again.
        snapshot: run.snapshot.clone().filter(|path| path.is_file()),
        saved: run.restart_policy.is_some(),
        restart_policy: run.restart_policy.clone(),
        stamp: run.stamp.clone(),
        locked: false,
        furthest: run.furthest,
    }
}

fn new_run(member: &str, now: Timestamp) -> String {
    let plain: String = member
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '.' {
                c
            } else {
                '_'
            }
        })
        .take(64)
        .collect();
    format!("{}-{plain}-{}", stamp(now), std::process::id())
}

/// `user@machine`.
fn who() -> String {
    let user = std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()));
    let uname = rustix::system::uname();
    format!("{user}@{}", uname.nodename().to_string_lossy())
}
