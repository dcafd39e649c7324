// SPDX-License-Identifier: Apache-2.0

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::api::{self, ApiWay};
use super::args::AccessArgs;
use super::choose::{Circumstances, choose};
use super::context_file::ContextFile;
use super::environment::Environment;
use super::found::{Access, Arrival};
use super::source::docker::{self, FirstLook};
use super::source::local::{self, LocalEtcd};
use super::source::{endpoints, kubernetes};
use super::topology_cache::{CacheKeys, Topology, TopologyCache};
use super::{Origin, Settings};
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::kubernetes::{KubeError, KubeTarget, KubernetesFound, current_context, observe};
use crate::model::{AccessReport, KubernetesObservation, ListedMember, ProcessObservation, Via};
use crate::net::{Pem, TlsMaterial};

/// After the first engine has told the certificates, how long the others may take to add theirs
/// before the members are asked.
const GRACE: Duration = Duration::from_millis(150);

/// How often the API server is tried before it counts as down.
const API_TRIES: u32 = 4;
/// After so long there is no other try.
const API_PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries.
const API_PAUSE: Duration = Duration::from_millis(350);

/// Merges flags, environment and the context's file.
pub fn settings(args: &AccessArgs) -> Result<Settings, ShownError> {
    let environment = Environment::from_process();
    let bare = Settings::merge(args, &environment, None)?;
    // A broken default kubeconfig must not stop someone who gave endpoints; one that was asked
    // for by name is an error below.
    let context = current_context(&kubernetes::selection(&bare))
        .ok()
        .flatten();
    let file = match &context {
        Some(name) => ContextFile::load(name)?,
        None => None,
    };
    Settings::merge(args, &environment, file.as_ref())
}

/// Finds the ways into etcd: the first that applies, or the one forced by `--via`.
pub async fn open(settings: Settings) -> Result<Access, ShownError> {
    let settings = Arc::new(settings);
    let selection = kubernetes::selection(&settings);
    let context = match current_context(&selection) {
        Ok(context) => context,
        Err(error) if settings.kube_given => return Err(error.into()),
        Err(_) => None,
    };
    let in_pod = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    let here = Path::new("/");
    let local = match settings.via {
        Some(Via::Local) => LocalEtcd::find_any(here),
        _ => LocalEtcd::find(here),
    };
    let via = choose(&Circumstances {
        forced: settings.via,
        endpoints: settings.endpoints_origin,
        docker: settings.docker_origin,
        kube_flags: settings.kube_given,
        kubeconfig: context.is_some() || in_pod,
        local_files: local.is_some(),
    })?;
    // Kubernetes joins where it was named, or where nothing else was.
    let ask_kubernetes =
        (context.is_some() || in_pod) && (settings.kube_given || !matches!(via, Via::Endpoints));
    let kube = if ask_kubernetes {
        match KubeTarget::load(&selection).await {
            Ok(target) => Some(spawn_kubernetes(target, settings.kube.namespace.clone())),
            Err(error) if settings.kube_given || matches!(via, Via::Api) => {
                return Err(error.into());
            }
            Err(_) => None,
        }
    } else {
        None
    };
    let opener = Opener {
        settings,
        context,
        kube,
        notes: Vec::new(),
        own_endpoint: None,
    };
    match via {
        Via::Endpoints => opener.endpoints(),
        Via::Docker => opener.docker().await,
        Via::Local => opener.local(local).await,
        _ => opener.api(local).await,
    }
}

struct KubeTask {
    found: tokio::task::JoinHandle<Result<KubernetesFound, ShownError>>,
    target: Arc<KubeTarget>,
    began: Instant,
}

fn spawn_kubernetes(target: KubeTarget, namespace: Option<String>) -> KubeTask {
    let target = Arc::new(target);
    let asked = Arc::clone(&target);
    let found = tokio::spawn(async move {
        let began = std::time::Instant::now();
        let mut left = API_TRIES;
        loop {
            left -= 1;
            match observe(&asked, namespace.as_deref()).await {
                // A load balancer notices a dead API server some seconds late.
                Err(error) if error.is_passing() && left > 0 && began.elapsed() < API_PATIENCE => {
                    tokio::time::sleep(API_PAUSE).await;
                }
                answer => return answer.map_err(ShownError::from),
            }
        }
    });
    KubeTask {
        found,
        target,
        began: Instant::now(),
    }
}

impl KubeTask {
    /// What it told; with a limit (counted from when it was asked) a server that needs longer counts
    /// as one that does not answer.
    async fn wait(self, limit: Option<Duration>) -> (Result<KubernetesFound, ShownError>, String) {
        let server = self.target.server.clone();
        let abort = self.found.abort_handle();
        let joined = match limit {
            Some(limit) => match timeout_at(self.began + limit, self.found).await {
                Ok(joined) => joined,
                Err(_) => {
                    abort.abort();
                    let error = KubeError::TimedOut {
                        server: server.clone(),
                        what: "telling the nodes".to_owned(),
                        seconds: limit.as_secs(),
                    };
                    return (Err(error.into()), server);
                }
            },
            None => self.found.await,
        };
        let found = joined.unwrap_or_else(|error| {
            Err(ShownError::unknown("asking the API server ended early").caused_by(error))
        });
        (found, server)
    }
}

struct Opener {
    settings: Arc<Settings>,
    context: Option<String>,
    kube: Option<KubeTask>,
    notes: Vec<String>,
    /// On a node: the endpoint of its own member.
    own_endpoint: Option<String>,
}

type Processes = mpsc::UnboundedReceiver<Arrival<ProcessObservation>>;
type Kubernetes = mpsc::UnboundedReceiver<Arrival<KubernetesObservation>>;

impl Opener {
    /// The endpoints as given.
    fn endpoints(mut self) -> Result<Access, ShownError> {
        let seeds = endpoints::seeds(&self.settings)?;
        if seeds.is_empty() {
            return Err(ShownError::usage("`--via endpoints` needs endpoints")
                .hinted("give `--endpoints https://HOST:2379,…` or set ETCDCTL_ENDPOINTS"));
        }
        let source = match self.settings.endpoints_origin {
            Origin::Environment => "the environment (ETCDCTL_ENDPOINTS)",
            Origin::ContextFile => "the context's settings file",
            _ => "the flag --endpoints",
        };
        let tls = self.given_tls(TlsMaterial::default())?;
        let (looks, _) = mpsc::unbounded_channel();
        // Engines that were named beside the endpoints add what they say of the containers.
        let processes = self.engines(&looks, &[])?;
        let kubernetes = self.beside();
        self.finish(
            Via::Endpoints,
            source.to_owned(),
            seeds,
            tls,
            processes,
            kubernetes,
            None,
        )
    }

    /// The etcd containers of Docker engines.
    async fn docker(mut self) -> Result<Access, ShownError> {
        if self.settings.docker_hosts.is_empty() && self.settings.docker_context.is_none() {
            return Err(ShownError::usage("`--via docker` needs an engine")
                .hinted("name it with `--docker-host URL` or `--docker-context NAME`"));
        }
        let patterns = self
            .settings
            .docker_hosts
            .iter()
            .any(super::args::DockerHostArg::is_pattern);
        let mut kubernetes = None;
        let mut nodes = Vec::new();
        let mut cached = None;
        if patterns {
            let (found, topology) = self.nodes().await?;
            match (found, topology) {
                (Some(found), _) => {
                    nodes = kubernetes::node_addresses(&found);
                    kubernetes = Some(ready(Arrival::Found(found.observation)));
                }
                (None, Some((topology, arrival))) => {
                    nodes = cached_nodes(&topology);
                    kubernetes = arrival.map(ready);
                    cached = Some(topology);
                }
                (None, None) => {}
            }
        } else {
            kubernetes = self.beside();
        }
        let (looks, mut first_looks) = mpsc::unbounded_channel();
        let mut processes = self
            .engines(&looks, &nodes)?
            .unwrap_or_else(|| mpsc::unbounded_channel().1);
        drop(looks);
        let (seeds, tls) = first(&mut first_looks).await;
        if seeds.is_empty() && cached.is_none() {
            // Nothing came: say why, engine by engine.
            let mut error = ShownError::unknown("no Docker engine showed an etcd container");
            while let Some(arrival) = processes.recv().await {
                if let Arrival::Missing { place, error: why } = arrival {
                    let text = why.message();
                    let text = if text.contains(&place) {
                        text.to_owned()
                    } else {
                        format!("{place}: {text}")
                    };
                    error = error.caused_by(text);
                }
            }
            return Err(error.hinted(
                "check the engine with `docker -H URL ps -a`, or reach etcd by `--endpoints`",
            ));
        }
        let tls = self.given_tls(tls.unwrap_or_default())?;
        let hosts: Vec<String> = self
            .settings
            .docker_hosts
            .iter()
            .map(ToString::to_string)
            .collect();
        let source = match (&self.settings.docker_context, hosts.is_empty()) {
            (Some(context), _) => format!("the docker context {context}"),
            (None, _) => format!("the Docker engines {}", hosts.join(", ")),
        };
        self.finish(
            Via::Docker,
            source,
            seeds,
            tls,
            Some(processes),
            kubernetes,
            cached,
        )
    }

    /// The files of this machine, and its Docker engine where etcd runs in one.
    async fn local(mut self, local: Option<LocalEtcd>) -> Result<Access, ShownError> {
        let Some(local) = local else {
            return Err(ShownError::unknown(
                "this machine has no files of an etcd that this tool knows, and runs none with TLS",
            )
            .hinted("run it on a control-plane node, or use `--endpoints` or `--docker-host`"));
        };
        let tls = self.given_tls(local_tls(&local)?)?;
        let mut seeds = local.endpoints();
        self.own_endpoint = seeds.first().map(ToString::to_string);
        let source = format!(
            "{} on this machine ({})",
            local.distribution,
            local.file.display()
        );
        let (looks, _) = mpsc::unbounded_channel();
        let mut processes = self.engines(&looks, &[])?;
        let socket = Path::new("/var/run/docker.sock");
        if processes.is_none() && socket.exists() {
            let here = "unix:///var/run/docker.sock".to_owned();
            let host = super::args::DockerHostArg {
                node: None,
                url: here,
            };
            let targets = docker::targets(&[host], None, &[], self.settings.command_timeout)?;
            processes = Some(spawn_engines(targets, false, &looks, &self.settings));
        }
        if self.settings.docker_hosts.is_empty() && self.settings.docker_context.is_none() {
            let own = local::processes(Path::new("/"), &local);
            // A container's or a process's own flags name the other members, too.
            let told = own.iter().flat_map(|p| docker::endpoints_of(&p.config));
            let new: Vec<Endpoint> = told.filter(|e| !seeds.contains(e)).collect();
            seeds.extend(new);
            processes = Some(else_own(processes, own));
        }
        let kubernetes = self.beside();
        let folders = local.manifest_folder().into_iter().collect();
        let mut access =
            self.finish(Via::Local, source, seeds, tls, processes, kubernetes, None)?;
        access.manifest_folders = folders;
        Ok(access)
    }

    /// What the Kubernetes API tells, by the best way from here.
    async fn api(mut self, local: Option<LocalEtcd>) -> Result<Access, ShownError> {
        let target = self.kube.as_ref().map(|task| Arc::clone(&task.target));
        let (found, cached) = self.nodes().await?;
        let tls = match &local {
            Some(local) => local_tls(local).unwrap_or_default(),
            None => TlsMaterial::default(),
        };
        let tls = self.given_tls(tls)?;
        if let (Some(found), Some(target)) = (found, target) {
            return self.api_found(target, found, tls).await;
        }
        let (seeds, kubernetes, cached) = match cached {
            Some((topology, arrival)) => {
                let seeds = cached_endpoints(&topology);
                (seeds, arrival.map(ready), Some(topology))
            }
            None => (Vec::new(), None, None),
        };
        let way = ApiWay::straight(tls, &self.settings);
        self.notes.extend(way.notes);
        let source = "the topology that an earlier run saw".to_owned();
        self.finish(way.via, source, seeds, way.tls, None, kubernetes, cached)
    }

    async fn api_found(
        mut self,
        target: Arc<KubeTarget>,
        found: KubernetesFound,
        tls: TlsMaterial,
    ) -> Result<Access, ShownError> {
        let seeds = kubernetes::endpoints(&found);
        if seeds.is_empty() {
            let why = found.observation.notes.join("; ");
            return Err(ShownError::unknown(format!(
                "the Kubernetes API at {} shows no etcd",
                found.observation.server
            ))
            .caused_by(why)
            .hinted("name the members with `--endpoints` if you can reach them"));
        }
        let processes = api::pods::spawn(&target, &found.etcd.pods, self.settings.command_timeout);
        let way = api::open(&self.settings, &target, &found, tls).await?;
        self.notes.extend(way.notes);
        let source = format!(
            "{}, by the Kubernetes API at {}",
            found.etcd.what, found.observation.server
        );
        let kubernetes = Some(ready(Arrival::Found(found.observation)));
        let mut access = self.finish(
            way.via,
            source,
            seeds,
            way.tls,
            Some(processes),
            kubernetes,
            None,
        )?;
        access.streams = way.streams;
        access.etcdctl = way.etcdctl;
        Ok(access)
    }

    /// What Kubernetes says; where it does not answer, the cached topology; else its error.
    async fn nodes(
        &mut self,
    ) -> Result<
        (
            Option<KubernetesFound>,
            Option<(Topology, Option<Arrival<KubernetesObservation>>)>,
        ),
        ShownError,
    > {
        let Some(task) = self.kube.take() else {
            return match self.cached() {
                Some(topology) => Ok((None, Some((topology, None)))),
                None => Err(
                    ShownError::usage("there is no kubeconfig that tells the nodes")
                        .hinted("name it with `--kubeconfig FILE`, or name each engine by itself"),
                ),
            };
        };
        // A slow server is waited for where nothing else tells the nodes.
        let cached = self.cached();
        let asked_for = self.settings.kube.request_timeout.is_some();
        let limit = (cached.is_some() && !asked_for).then_some(self.settings.command_timeout);
        let (found, server) = task.wait(limit).await;
        match found {
            Ok(found) => Ok((Some(found), None)),
            Err(error) => match cached {
                Some(topology) => {
                    self.notes.push(format!(
                        "{}; the members are those that an earlier run saw at {}",
                        error.message(),
                        topology.saved_at
                    ));
                    Ok((
                        None,
                        Some((
                            topology,
                            Some(Arrival::Missing {
                                place: server,
                                error,
                            }),
                        )),
                    ))
                }
                None => Err(error.hinted(
                    "when etcd is down the API server beside it is down with it: point the kubeconfig \
                     at another API server, or reach etcd itself with `--endpoints` and its \
                     certificates, with `--docker-host`, or on a control-plane node with \
                     `--via local`",
                )),
            },
        }
    }

    /// What Kubernetes says beside the way taken: it comes when it comes, but the report waits for it
    /// no longer than for a member.
    fn beside(&mut self) -> Option<Kubernetes> {
        let task = self.kube.take()?;
        Some(forward(task, self.settings.command_timeout))
    }

    fn cached(&self) -> Option<Topology> {
        TopologyCache::in_home()?.find(&self.keys())
    }

    fn keys(&self) -> CacheKeys {
        let places = self.settings.endpoints.iter().cloned();
        // A pattern says nothing of which cluster it stands for.
        let engines = self
            .settings
            .docker_hosts
            .iter()
            .filter(|host| !host.is_pattern());
        let engines = engines.map(ToString::to_string);
        let mut places: Vec<String> = if self.settings.kube_given {
            Vec::new()
        } else {
            places.chain(engines).collect()
        };
        places.extend(self.own_endpoint.clone());
        CacheKeys {
            context: self.context.clone(),
            places,
        }
    }

    /// Starts asking the engines that were named, if any.
    fn engines(
        &self,
        looks: &mpsc::UnboundedSender<FirstLook>,
        nodes: &[(String, String)],
    ) -> Result<Option<Processes>, ShownError> {
        let settings = &self.settings;
        let targets = docker::targets(
            &settings.docker_hosts,
            settings.docker_context.as_deref(),
            nodes,
            settings.command_timeout,
        )?;
        if targets.is_empty() {
            return Ok(None);
        }
        let read_certificates = settings.cert.is_none();
        Ok(Some(spawn_engines(
            targets,
            read_certificates,
            looks,
            settings,
        )))
    }

    /// The certificates of flags, environment or context file over those that were found.
    fn given_tls(&self, found: TlsMaterial) -> Result<TlsMaterial, ShownError> {
        let settings = &self.settings;
        let load = |role: &'static str, path: &Option<std::path::PathBuf>| match path {
            Some(path) => Pem::load(role, path).map(Some),
            None => Ok(None),
        };
        let mut tls = found;
        if let Some(ca) = load("CA", &settings.cacert)? {
            tls.ca = Some(ca);
        }
        let (cert, key) = (
            load("certificate", &settings.cert)?,
            load("key", &settings.key)?,
        );
        if cert.is_some() || key.is_some() {
            // A pair belongs together: never a given certificate with a found key.
            tls.cert = cert;
            tls.key = key;
        }
        tls.insecure = settings.insecure;
        Ok(tls)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one result, put together once"
    )]
    fn finish(
        self,
        via: Via,
        source: String,
        seeds: Vec<Endpoint>,
        tls: TlsMaterial,
        processes: Option<Processes>,
        kubernetes: Option<Kubernetes>,
        cached: Option<Topology>,
    ) -> Result<Access, ShownError> {
        let cached = cached.or_else(|| self.cached());
        let used_cache = cached
            .as_ref()
            .filter(|_| seeds.is_empty())
            .map(|t| t.saved_at);
        let seeds = match &cached {
            Some(topology) if seeds.is_empty() => cached_endpoints(topology),
            _ => seeds,
        };
        let expected: Vec<ListedMember> = cached.map(|t| t.members).unwrap_or_default();
        let processes = processes.unwrap_or_else(|| mpsc::unbounded_channel().1);
        Ok(Access {
            report: AccessReport {
                via,
                source,
                flags: self.settings.flags.clone(),
                from_cache: used_cache,
                notes: self.notes.clone(),
            },
            cache_keys: self.keys(),
            seeds,
            tls,
            streams: None,
            etcdctl: None,
            manifest_folders: Vec::new(),
            login: self.settings.login.clone(),
            processes,
            kubernetes,
            expected,
            settings: self.settings,
        })
    }
}

fn spawn_engines(
    targets: Vec<docker::EngineTarget>,
    read_certificates: bool,
    looks: &mpsc::UnboundedSender<FirstLook>,
    settings: &Settings,
) -> Processes {
    let (sender, receiver) = mpsc::unbounded_channel();
    docker::spawn(
        targets,
        read_certificates,
        settings.dial_timeout,
        looks,
        &sender,
    );
    receiver
}

/// What the engine shows; where none shows an etcd, what the machine itself does.
fn else_own(engine: Option<Processes>, own: Vec<ProcessObservation>) -> Processes {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut shown = false;
        if let Some(mut engine) = engine {
            while let Some(arrival) = engine.recv().await {
                shown |= matches!(arrival, Arrival::Found(_));
                let _ = sender.send(arrival);
            }
        }
        for process in own.into_iter().filter(|_| !shown) {
            let _ = sender.send(Arrival::Found(process));
        }
    });
    receiver
}

/// Waits for the first look that tells endpoints, then a little for the others'. Every engine has
/// deadlines of its own, so without any look this ends when the last of them has given up.
async fn first(
    looks: &mut mpsc::UnboundedReceiver<FirstLook>,
) -> (Vec<Endpoint>, Option<TlsMaterial>) {
    let mut seeds: Vec<Endpoint> = Vec::new();
    let mut tls = None;
    let mut deadline: Option<Instant> = None;
    loop {
        let look = match deadline {
            Some(at) => timeout_at(at, looks.recv()).await.unwrap_or(None),
            None => looks.recv().await,
        };
        let Some(look) = look else { break };
        for endpoint in docker::endpoints_of(&look.config) {
            if !seeds.contains(&endpoint) {
                seeds.push(endpoint);
            }
        }
        tls = tls.or(look.tls);
        let ready = tls.is_some() || seeds.iter().any(|seed| !seed.tls);
        if ready && !seeds.is_empty() && deadline.is_none() {
            deadline = Some(Instant::now() + GRACE);
        }
    }
    (seeds, tls)
}

fn local_tls(local: &LocalEtcd) -> Result<TlsMaterial, ShownError> {
    Ok(TlsMaterial {
        ca: Some(Pem::load("CA", &local.cacert)?),
        cert: Some(Pem::load("certificate", &local.cert)?),
        key: Some(Pem::load("key", &local.key)?),
        insecure: false,
    })
}

fn cached_nodes(topology: &Topology) -> Vec<(String, String)> {
    if !topology.nodes.is_empty() {
        return topology.nodes.clone();
    }
    let of = |member: &ListedMember| {
        let peer = member.peer_urls.first()?;
        Some((member.label(), Endpoint::parse(peer, true).ok()?.host))
    };
    topology.members.iter().filter_map(of).collect()
}

fn cached_endpoints(topology: &Topology) -> Vec<Endpoint> {
    let urls = topology
        .members
        .iter()
        .filter_map(|member| member.client_urls.first());
    urls.filter_map(|url| Endpoint::parse(url, true).ok())
        .collect()
}

fn ready(arrival: Arrival<KubernetesObservation>) -> Kubernetes {
    let (sender, receiver) = mpsc::unbounded_channel();
    let _ = sender.send(arrival);
    receiver
}

fn forward(task: KubeTask, limit: Duration) -> Kubernetes {
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let (found, server) = task.wait(Some(limit)).await;
        let _ = sender.send(match found {
            Ok(found) => Arrival::Found(found.observation),
            Err(error) => Arrival::Missing {
                place: server,
                error,
            },
        });
    });
    receiver
}
