// SPDX-License-Identifier: Apache-2.0

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::assign::{PeerTls, assign, client_endpoints, peer_endpoints};
use super::{Asked, Asker, SampleCache, reference_list, second_look};
use crate::access::{Access, Arrival};
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::model::{
    HashKv, KubernetesObservation, ListedMember, OBSERVATION_SCHEMA, Observation, Probe,
    ProcessObservation, Via,
};
use crate::net::TlsMaterial;

/// After the first member has answered, how long the others may take before the revision for
/// HashKV is fixed. A member that answers later is asked for the same revision.
const SETTLE: Duration = Duration::from_millis(80);

/// What to observe.
#[derive(Clone, Debug, Default)]
pub struct ObserveOptions {
    /// Leave out HashKV (it reads the whole database; `--watch` does without).
    pub without_hash: bool,
    /// Take two samples of the metrics this far apart.
    pub sample: Option<Duration>,
    /// Where the last run's metrics are.
    pub samples: Option<SampleCache>,
}

enum Done {
    Asked(Box<Asked>),
    Peer(PeerTls),
    Hash(Endpoint, Probe<HashKv>),
}

/// Asks every member at once and puts the answers together. Nothing waits for a dead member:
/// each call has its own deadline, and what is found on the way is asked as soon as it is known.
pub async fn observe(access: Access, options: &ObserveOptions) -> Result<Observation, ShownError> {
    let settings = Arc::clone(&access.settings);
    let asker = Asker {
        dialer: access.dialer()?,
        etcdctl: access.etcdctl.clone(),
        // A forward ends at the pod's loopback, where the peer port does not listen.
        reaches_peers: !matches!(
            access.report.via,
            Via::ApiPortforward | Via::ApiExec | Via::ApiHelper
        ),
        verifier: true_verifier(&access.tls)?,
        call_timeout: settings.command_timeout,
        login: access.login.clone(),
        sample: options.sample,
    };
    let mut gathering = Gathering {
        asker,
        hash: !options.without_hash,
        tasks: JoinSet::new(),
        started: HashSet::new(),
        asked: Vec::new(),
        hashes: Vec::new(),
        hash_revision: None,
        peers: Vec::new(),
        processes: Vec::new(),
        kubernetes: None,
        notes: access.report.notes.clone(),
    };
    let expected = access.expected.clone();
    let mut report = access.report.clone();
    let seeds = access.seeds.clone();
    let manifest_folders = access.manifest_folders.clone();
    gathering.run(seeds, access).await;

    let mut list = reference_list::choose(&gathering.asked, &gathering.processes, &expected);
    if second_look::is_due(&list, &gathering.asked) {
        gathering.look_again().await;
        list = reference_list::choose(&gathering.asked, &gathering.processes, &expected);
    }
    let hash_revision = gathering.hash_revision;
    let hashes = std::mem::take(&mut gathering.hashes);
    let mut members = assign(
        &list,
        gathering.asked,
        gathering.processes,
        &gathering.peers,
        gathering.kubernetes.as_ref(),
    );
    for member in &mut members {
        let hash = hashes
            .iter()
            .find(|(e, _)| Some(e.to_string()) == member.endpoint);
        if let Some((_, hash)) = hash {
            member.hash_kv = hash.clone();
        }
        if let (Some(cache), Some(id)) = (&options.samples, member.id())
            && let Probe::Answered { value, .. } = &mut member.metrics
            && value.before.is_none()
        {
            value.before = cache.exchange(id, &value.now);
        }
    }
    report.notes = gathering.notes;
    Ok(Observation {
        schema: OBSERVATION_SCHEMA.to_owned(),
        taken_at: Timestamp::now(),
        access: report,
        cluster_id: list.cluster_id,
        list_source: list.source,
        members,
        hash_revision,
        kubernetes: gathering.kubernetes,
        manifest_folders,
    })
}

/// The verifier that tells whether a certificate is good, also where `insecure` accepts any.
fn true_verifier(
    tls: &TlsMaterial,
) -> Result<Arc<dyn rustls::client::danger::ServerCertVerifier>, ShownError> {
    let strict = TlsMaterial {
        insecure: false,
        cert: None,
        key: None,
        ..tls.clone()
    };
    Ok(crate::net::server_verifier(&strict)?)
}

struct Gathering {
    asker: Asker,
    hash: bool,
    tasks: JoinSet<Done>,
    /// Client and peer endpoints that were begun.
    started: HashSet<String>,
    asked: Vec<Asked>,
    hashes: Vec<(Endpoint, Probe<HashKv>)>,
    hash_revision: Option<i64>,
    peers: Vec<PeerTls>,
    processes: Vec<ProcessObservation>,
    kubernetes: Option<KubernetesObservation>,
    notes: Vec<String>,
}

impl Gathering {
    async fn run(&mut self, seeds: Vec<Endpoint>, mut access: Access) {
        for seed in seeds {
            self.ask(seed);
        }
        for member in access.expected.clone() {
            self.ask_member(&member);
        }
        let mut kubernetes = access.kubernetes.take();
        let mut processes_open = true;
        let mut settle: Option<Instant> = None;
        loop {
            let hashing = self.hash && self.hash_revision.is_none() && settle.is_some();
            if self.tasks.is_empty() && !processes_open && kubernetes.is_none() && !hashing {
                break;
            }
            let settled = async {
                match settle {
                    Some(at) if hashing => tokio::time::sleep_until(at).await,
                    _ => std::future::pending().await,
                }
            };
            let kube = async {
                match &mut kubernetes {
                    Some(receiver) => receiver.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(done) = self.tasks.join_next() => {
                    // A task that panicked is as good as no answer.
                    if let Ok(done) = done {
                        let answered = self.take(done);
                        if answered && settle.is_none() {
                            settle = Some(Instant::now() + SETTLE);
                        }
                    }
                }
                arrival = access.processes.recv(), if processes_open => match arrival {
                    Some(arrival) => self.process(arrival),
                    None => processes_open = false,
                },
                arrival = kube => {
                    match arrival {
                        Some(Arrival::Found(found)) => {
                            self.notes.extend(found.notes.iter().cloned());
                            self.kubernetes = Some(found);
                        }
                        Some(Arrival::Missing { place, error }) => {
                            self.kubernetes = Some(KubernetesObservation {
                                server: place,
                                reachable: Some(Err(error.message().to_owned())),
                                ..KubernetesObservation::default()
                            });
                        }
                        None => {}
                    }
                    kubernetes = None;
                }
                () = settled => self.fix_hash_revision(),
            }
        }
    }

    fn ask(&mut self, endpoint: Endpoint) {
        if self.started.insert(endpoint.authority()) {
            let asker = self.asker.clone();
            self.tasks
                .spawn(async move { Done::Asked(Box::new(asker.ask(endpoint).await)) });
        }
    }

    /// Asks a member of a list, unless one of its endpoints is being asked already.
    fn ask_member(&mut self, member: &ListedMember) {
        let endpoints = client_endpoints(member);
        let begun = endpoints
            .iter()
            .any(|e| self.started.contains(&e.authority()));
        if let (false, Some(first)) = (begun, endpoints.into_iter().next()) {
            self.ask(first);
        }
        for peer in peer_endpoints(member) {
            if !self.asker.reaches_peers {
                break;
            }
            if peer.tls && self.started.insert(format!("peer {}", peer.authority())) {
                let asker = self.asker.clone();
                self.tasks.spawn(async move {
                    let probe = asker.tls(&peer).await;
                    Done::Peer((peer, probe))
                });
            }
        }
    }

    /// Takes an answer; tells whether a member answered for the first time.
    fn take(&mut self, done: Done) -> bool {
        match done {
            Done::Asked(asked) => {
                if let Some((_, list)) = asked.member_list.value() {
                    for member in list.clone() {
                        self.ask_member(&member);
                    }
                }
                if let Some(revision) = self.hash_revision {
                    self.spawn_hash(&asked, revision);
                }
                let answered = asked.header().is_some();
                self.asked.push(*asked);
                answered
            }
            Done::Peer(peer) => {
                self.peers.push(peer);
                false
            }
            Done::Hash(endpoint, hash) => {
                self.hashes.push((endpoint, hash));
                false
            }
        }
    }

    /// Asks once more, and puts the new answers in the place of the old ones.
    async fn look_again(&mut self) {
        let look = second_look::take(&self.asker, &self.asked).await;
        self.notes.push(look.note);
        for answer in look.answers {
            let old = self
                .asked
                .iter_mut()
                .find(|a| a.endpoint == answer.endpoint);
            if let Some(old) = old {
                *old = answer;
            }
        }
    }

    fn process(&mut self, arrival: Arrival<ProcessObservation>) {
        match arrival {
            Arrival::Found(process) => self.processes.push(process),
            Arrival::Missing { place, error } => {
                let message = error.message();
                self.notes.push(if message.contains(&place) {
                    message.to_owned()
                } else {
                    format!("{place}: {message}")
                });
            }
        }
    }

    /// Fixes one revision that every member so far has reached, and asks all for its hash.
    fn fix_hash_revision(&mut self) {
        let revisions = self
            .asked
            .iter()
            .filter_map(Asked::header)
            .map(|h| h.revision);
        let Some(revision) = revisions.filter(|revision| *revision > 0).min() else {
            self.hash = false;
            return;
        };
        self.hash_revision = Some(revision);
        for asked in self.asked.clone() {
            self.spawn_hash(&asked, revision);
        }
    }

    fn spawn_hash(&mut self, asked: &Asked, revision: i64) {
        if asked.header().is_some() {
            let asker = self.asker.clone();
            let asked = asked.clone();
            self.tasks.spawn(async move {
                let hash = asker.hash(&asked, revision).await;
                Done::Hash(asked.endpoint, hash)
            });
        }
    }
}
