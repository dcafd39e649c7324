//! What every command that looks at a member begins with: access, the member, its node, the world.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use shared::access::{self, parse_duration};
use shared::docker::{Engine, EngineOptions, Environment, resolve};
use shared::error::ShownError;
use shared::model::ProcessObservation;
use shared::replace::cluster::Cluster;
use shared::replace::journal::{Run, load_all, runs_folder};
use shared::replace::node::{DockerNode, HelperSource, NodeAccess as _};
use shared::replace::options::Options;
use shared::replace::refusals::Refusal;
use shared::replace::run::{first_world, stamp};
use shared::replace::steps::{Facts, StepId, default_snapshot_folder};
use shared::replace::target;
use shared::replace::world::{Earlier, World};

use crate::overrides::Overrides;

/// Flags of all commands that may change something.
#[derive(Args, Clone, Debug, Default)]
pub struct ReplaceArgs {
    /// How to reach etcd and the engines.
    #[command(flatten)]
    pub access: access::args::AccessArgs,
    /// Where the snapshot goes (default: kubectl-etcd/snapshots in the XDG state folder)
    #[arg(long, value_name = "FOLDER", help_heading = "Replacement")]
    pub snapshot_dir: Option<PathBuf>,
    /// Add a voter even where a learner could be added
    #[arg(long, help_heading = "Replacement")]
    pub no_learner: bool,
    /// Use this program on the node instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Replacement")]
    pub helper_binary: Option<PathBuf>,
    /// How long to wait for the new member to be in sync, such as 90s or 30m
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = parse_duration, help_heading = "Replacement")]
    pub wait: Duration,
    /// Overrides.
    #[command(flatten)]
    pub overrides: Overrides,
}

impl ReplaceArgs {
    /// As the library wants it.
    pub fn options(&self) -> Result<Options, ShownError> {
        let runs = runs_folder()?;
        Ok(Options {
            overridden: self.overrides.ids(),
            no_learner: self.no_learner,
            snapshot_dir: self
                .snapshot_dir
                .clone()
                .unwrap_or_else(|| default_snapshot_folder(&runs)),
            helper_binary: self.helper_binary.clone(),
            wait: self.wait,
            access_flags: self.access.to_flags(),
        })
    }
}

/// A member looked at, ready for a plan.
pub struct Session {
    /// etcd.
    pub cluster: Cluster,
    /// Its node.
    pub node: DockerNode,
    /// The user's choices.
    pub options: Options,
    /// The world.
    pub world: World,
    /// The unfinished run of this member on this machine.
    pub unfinished: Option<Run>,
    /// The run's id: the unfinished one's, else a new one.
    pub run: String,
    /// What the journal knows.
    pub facts: Facts,
}

/// The member was found and nothing can be done with it.
pub enum Opened {
    /// Ready.
    Ready(Box<Session>),
    /// Its node cannot be worked on.
    Refused(Refusal),
}

impl Session {
    /// Looks at the member that `name` means. `adopt` takes over a run whose record lies on the
    /// node, from another machine.
    pub async fn open(args: &ReplaceArgs, name: &str, adopt: bool) -> Result<Opened, ShownError> {
        let options = args.options()?;
        let settings = access::settings(&args.access)?;
        let cluster = Cluster::new(settings);
        let observation = cluster.observe_fully().await?;
        let found = target::find(&observation, name)?;
        let Some(process) = found.process else {
            let absent = gone(&observation, name, &found.target);
            return Ok(Opened::Refused(
                absent.unwrap_or_else(|| unreachable(&observation, name, &options)),
            ));
        };
        let cluster_id = observation.cluster_id.map(|id| id.to_string());
        let mut unfinished = load_all(&runs_folder()?)?.into_iter().find(|run| {
            run.is_unfinished()
                && run.member == found.target.name
                && Some(&run.cluster) == cluster_id.as_ref()
        });
        let now = Timestamp::now();
        let mut run = unfinished
            .as_ref()
            .map_or_else(|| new_run(&found.target.name, now), |run| run.run.clone());
        let engine = engine_of(&cluster, &process)?;
        let helper = HelperSource {
            file: options.helper_binary.clone(),
        };
        let mut node = DockerNode::new(engine, base_name(&process.name), &run, helper);
        let mut earlier = unfinished.as_ref().map(|run| Earlier {
            run: run.run.clone(),
            old_id: run.old_id,
        });
        let mut world =
            first_world(&cluster, &node, observation, found.target, earlier.clone()).await?;
        if unfinished.is_none()
            && adopt
            && let Some(record) = world.node.record.clone()
        {
            let taken = adopted(&record);
            run.clone_from(&taken.run);
            earlier = Some(Earlier {
                run: taken.run.clone(),
                old_id: taken.old_id,
            });
            world.earlier = earlier;
            if world.foreign_lock.as_ref().is_some_and(|l| l.run == run) {
                world.foreign_lock = None;
            }
            node = node.for_run(&run);
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
}

/// What the record on the node tells of a run that was begun elsewhere.
fn adopted(record: &shared::replace::node::RunRecord) -> Run {
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

/// A container that an earlier run set aside stands for the name that it had.
fn base_name(name: &str) -> &str {
    match name.rsplit_once("-before-") {
        Some((base, stamp)) if stamp.len() == 16 && stamp.ends_with('Z') => base,
        _ => name,
    }
}

/// The engine that a process was seen on.
fn engine_of(cluster: &Cluster, process: &ProcessObservation) -> Result<Engine, ShownError> {
    let by_context = cluster.settings().docker_context.as_deref();
    let targets = access::engine_targets(&[], by_context, &[], Duration::from_secs(60))?;
    if let Some(target) = targets
        .into_iter()
        .find(|target| target.engine.host() == process.seen_on)
    {
        return Ok(target.engine);
    }
    let options = EngineOptions {
        host: Some(process.seen_on.clone()),
        ..EngineOptions::default()
    };
    let environment = Environment {
        docker_host: None,
        docker_context: None,
        ..Environment::from_process()
    };
    let resolved = resolve(&options, &environment)?;
    Ok(Engine::new(&resolved.endpoint)?)
}

/// Every engine that was asked answers, and one of them has no etcd container: that is the
/// target's, and the container is gone.
fn gone(
    observation: &shared::model::Observation,
    name: &str,
    target: &shared::replace::world::Target,
) -> Option<Refusal> {
    let notes = &observation.access.notes;
    let is_empty = |note: &String| note.contains("has no etcd container");
    let empty = notes.iter().find(|note| is_empty(note))?;
    if !notes.iter().all(is_empty) {
        return None;
    }
    let at_its_url = |urls: &[String]| urls.iter().any(|url| target.peer_urls.contains(url));
    let id = observation
        .listed()
        .map(|(listed, _)| listed)
        .find(|listed| at_its_url(&listed.peer_urls))
        .map(|listed| listed.id);
    let refusal = Refusal {
        id: "process-absent".to_owned(),
        ..Refusal::new(
            format!("there is no etcd container for \"{name}\": {empty}"),
            "its settings are gone with it: remove the member and let the distribution join it \
             again (`rke up` for RKE, the `recover-control-plane.yml` playbook for kubespray)",
        )
    };
    Some(refusal.with(id.map(|id| format!("etcdctl member remove {id}"))))
}

fn unreachable(observation: &shared::model::Observation, name: &str, options: &Options) -> Refusal {
    let notes = observation.access.notes.join("; ");
    let why = if notes.is_empty() {
        String::new()
    } else {
        format!(": {notes}")
    };
    Refusal {
        id: "node-unreachable".to_owned(),
        ..Refusal::new(
            format!("no engine shows the etcd process of \"{name}\", which may still run{why}"),
            "name the node's engine with `--docker-host ssh://root@ADDRESS`; where the machine is \
             gone for good, remove the member and let the distribution join a new one",
        )
        .with([options.health_command()])
    }
}

/// `user@machine`.
pub fn who() -> String {
    let user = std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()));
    let uname = rustix::system::uname();
    format!("{user}@{}", uname.nodename().to_string_lossy())
}
