// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Container, ContainerStateTerminated, ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::nodes::to_timestamp;
use super::words;
use crate::etcd::Endpoint;
use crate::model::{
    EtcdConfig, PodFacts, Probe, ProcessKind, ProcessObservation, ProcessState, Termination,
};

/// The annotation that the kubelet puts on the mirror of a static pod.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// The annotation in which kubeadm keeps the member's client URLs.
const ADVERTISED: &str = "kubeadm.kubernetes.io/etcd.advertise-client-urls";

/// An etcd pod: a static pod's mirror, an operator's, a StatefulSet's.
#[derive(Clone, Debug, PartialEq)]
pub struct EtcdPod {
    /// The pod as a process.
    pub process: ProcessObservation,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The container that runs etcd.
    pub container: String,
    /// The node it runs on.
    pub node: Option<String>,
    /// The node's address.
    pub host_address: Option<String>,
    /// The pod's own address.
    pub pod_address: Option<String>,
    /// The environment of the container, as far as the API tells it.
    pub environment: BTreeMap<String, String>,
    /// Client URLs by kubeadm's annotation.
    pub advertised: Vec<String>,
}

impl EtcdPod {
    /// Client endpoints: those of its flags, else of kubeadm's annotation, else its address.
    pub fn endpoints(&self, port: u16) -> Vec<Endpoint> {
        let of_flags = crate::access::endpoints_of(&self.process.config);
        if !of_flags.is_empty() {
            return of_flags;
        }
        let advertised: Vec<Endpoint> = self
            .advertised
            .iter()
            .filter_map(|url| Endpoint::parse(url, true).ok())
            .collect();
        if !advertised.is_empty() {
            return advertised;
        }
        let address = self.pod_address.as_ref().or(self.host_address.as_ref());
        address
            .map(|host| Endpoint {
                tls: true,
                host: host.clone(),
                port,
            })
            .into_iter()
            .collect()
    }

    /// The hosts under which the member is asked: those that it advertises, and its addresses.
    pub fn own_hosts(&self) -> Vec<String> {
        let config = &self.process.config;
        let flags = ["advertise-client-urls", "listen-client-urls"];
        let urls = flags
            .iter()
            .filter_map(|flag| config.get(flag))
            .flat_map(|urls| urls.split(','))
            .chain(self.advertised.iter().map(String::as_str));
        let mut hosts: Vec<String> = urls
            .filter_map(|url| Endpoint::parse(url, true).ok())
            .map(|endpoint| endpoint.host)
            .filter(|host| !is_unspecific(host))
            .collect();
        hosts.extend(self.host_address.clone());
        hosts.extend(self.pod_address.clone());
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Whether the container runs now, so that something can be executed in it.
    pub fn runs(&self) -> bool {
        self.process.state == ProcessState::Running
    }
}

/// Reads one pod; `None` where no container of it runs etcd.
pub fn etcd_pod(pod: &Pod) -> Option<EtcdPod> {
    let spec = pod.spec.as_ref()?;
    let container = spec
        .containers
        .iter()
        .find(|c| c.name == "etcd")
        .or_else(|| spec.containers.iter().find(|c| runs_etcd(c)))?;
    let environment = words::environment(pod, container);
    let words = words::etcd_words(container, &environment);
    let pairs: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let config = EtcdConfig::from_command(
        words.iter().map(String::as_str),
        pairs.iter().map(String::as_str),
    );
    let status = pod.status.as_ref();
    let own = status
        .and_then(|s| s.container_statuses.as_ref())
        .and_then(|list| list.iter().find(|s| s.name == container.name));
    let annotations = pod.metadata.annotations.as_ref();
    let name = pod.metadata.name.clone().unwrap_or_default();
    let namespace = pod.metadata.namespace.clone().unwrap_or_default();
    let last = own.and_then(last_end);
    let (state, state_text) = state_of(pod, own);
    let waiting = own
        .and_then(|s| s.state.as_ref())
        .and_then(|s| s.waiting.as_ref());
    let running = own
        .and_then(|s| s.state.as_ref())
        .and_then(|s| s.running.as_ref());
    let process = ProcessObservation {
        kind: ProcessKind::Pod,
        name: format!("{namespace}/{name}"),
        id: own.and_then(|s| s.container_id.clone()),
        seen_on: spec
            .node_name
            .clone()
            .map_or_else(String::new, |node| format!("node {node}")),
        node: spec.node_name.clone(),
        image: container.image.clone(),
        state,
        state_text,
        exit_code: last.map(|t| i64::from(t.exit_code)),
        oom_killed: last.is_some_and(|t| t.reason.as_deref() == Some("OOMKilled")),
        restart_count: own.and_then(|s| u64::try_from(s.restart_count).ok()),
        started_at: running.and_then(|r| time(r.started_at.as_ref())),
        finished_at: last.and_then(|t| time(t.finished_at.as_ref())),
        error: waiting.and_then(|w| w.message.clone()),
        restart_policy: spec.restart_policy.clone(),
        config,
        log: Probe::NotTried,
        pod: Some(PodFacts {
            phase: status.and_then(|s| s.phase.clone()).unwrap_or_default(),
            reason: status.and_then(|s| s.reason.clone()),
            message: status.and_then(|s| s.message.clone()),
            ready: own.map(|s| s.ready),
            mirror: annotations.is_some_and(|a| a.contains_key(MIRROR)),
            deleting: pod.metadata.deletion_timestamp.is_some(),
            last_termination: last.map(|t| Termination {
                exit_code: i64::from(t.exit_code),
                signal: t.signal.map(i64::from),
                reason: t.reason.clone(),
                message: t.message.clone(),
                finished_at: time(t.finished_at.as_ref()),
            }),
            events: Vec::new(),
        }),
    };
    Some(EtcdPod {
        process,
        container: container.name.clone(),
        node: spec.node_name.clone(),
        host_address: status.and_then(|s| s.host_ip.clone()),
        pod_address: status.and_then(|s| s.pod_ip.clone()),
        environment,
        advertised: annotations
            .and_then(|a| a.get(ADVERTISED))
            .map(|urls| urls.split(',').map(|url| url.trim().to_owned()).collect())
            .unwrap_or_default(),
        namespace,
        name,
    })
}

/// A loopback or wildcard address, which says nothing of where.
fn is_unspecific(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

fn runs_etcd(container: &Container) -> bool {
    let first = container.command.iter().flatten().next();
    first.is_some_and(|word| word.rsplit('/').next() == Some("etcd"))
}

/// How its last run ended: now, or before the present one.
fn last_end(status: &ContainerStatus) -> Option<&ContainerStateTerminated> {
    let ended_now = status.state.as_ref().and_then(|s| s.terminated.as_ref());
    ended_now.or_else(|| status.last_state.as_ref()?.terminated.as_ref())
}

fn state_of(pod: &Pod, own: Option<&ContainerStatus>) -> (ProcessState, String) {
    let status = pod.status.as_ref();
    let phase = status.and_then(|s| s.phase.clone()).unwrap_or_default();
    if phase == "Failed" {
        // The kubelet has rejected or evicted it: whatever the container's status was.
        let reason = status.and_then(|s| s.reason.clone());
        return (ProcessState::Exited, reason.unwrap_or(phase));
    }
    let Some(state) = own.and_then(|s| s.state.as_ref()) else {
        let text = if phase.is_empty() { "Unknown" } else { &phase };
        return (ProcessState::Unknown, text.to_owned());
    };
    if state.running.is_some() {
        return (ProcessState::Running, "Running".to_owned());
    }
    if let Some(waiting) = &state.waiting {
        let reason = waiting.reason.clone().unwrap_or_default();
        let kind = if reason == "CrashLoopBackOff" {
            ProcessState::Restarting
        } else {
            ProcessState::Created
        };
        return (kind, reason);
    }
    match &state.terminated {
        Some(ended) => {
            let reason = ended.reason.clone();
            // A container that is always started again has only just ended.
            let again =
                pod.spec.as_ref().and_then(|s| s.restart_policy.as_deref()) == Some("Always");
            let kind = if again {
                ProcessState::Restarting
            } else {
                ProcessState::Exited
            };
            (kind, reason.unwrap_or_else(|| "Terminated".to_owned()))
        }
        None => (ProcessState::Unknown, phase),
    }
}

fn time(time: Option<&Time>) -> Option<Timestamp> {
    to_timestamp(time?.0)
}
