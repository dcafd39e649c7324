use k8s_openapi::api::core::v1::Pod;

use crate::model::{EtcdConfig, Probe, ProcessKind, ProcessObservation, ProcessState};

/// An etcd pod: a static pod's mirror, an operator's, a StatefulSet's.
#[derive(Clone, Debug, PartialEq)]
pub struct EtcdPod {
    /// The pod as a process.
    pub process: ProcessObservation,
    /// The node it runs on.
    pub node: Option<String>,
    /// The node's address.
    pub host_address: Option<String>,
}

/// Reads one pod; `None` where no container of it runs etcd.
pub fn etcd_pod(pod: &Pod) -> Option<EtcdPod> {
    let spec = pod.spec.as_ref()?;
    let container = spec
        .containers
        .iter()
        .find(|c| c.name == "etcd")
        .or_else(|| {
            spec.containers.iter().find(|c| {
                let first = c.command.iter().flatten().next();
                first.is_some_and(|word| word.rsplit('/').next() == Some("etcd"))
            })
        })?;
    let words = container
        .command
        .iter()
        .flatten()
        .chain(container.args.iter().flatten());
    let environment: Vec<String> = container
        .env
        .iter()
        .flatten()
        .filter_map(|var| Some(format!("{}={}", var.name, var.value.as_ref()?)))
        .collect();
    let config: EtcdConfig = EtcdConfig::from_command(
        words.map(String::as_str),
        environment.iter().map(String::as_str),
    );
    let status = pod.status.as_ref();
    let own = status
        .and_then(|s| s.container_statuses.as_ref())
        .and_then(|list| list.iter().find(|s| s.name == container.name));
    let state = own.and_then(|s| s.state.as_ref());
    let waiting = state.and_then(|s| s.waiting.as_ref());
    let terminated = state
        .and_then(|s| s.terminated.as_ref())
        .or_else(|| own?.last_state.as_ref()?.terminated.as_ref());
    let (process_state, state_text) = match state {
        Some(s) if s.running.is_some() => (ProcessState::Running, "Running".to_owned()),
        Some(s) if s.waiting.is_some() => {
            let reason = waiting.and_then(|w| w.reason.clone()).unwrap_or_default();
            let looping = reason == "CrashLoopBackOff";
            let kind = if looping {
                ProcessState::Restarting
            } else {
                ProcessState::Created
            };
            (kind, reason)
        }
        Some(s) if s.terminated.is_some() => {
            let reason = s.terminated.as_ref().and_then(|t| t.reason.clone());
            (
                ProcessState::Exited,
                reason.unwrap_or_else(|| "Terminated".to_owned()),
            )
        }
        _ => {
            let phase = status.and_then(|s| s.phase.clone());
            (
                ProcessState::Unknown,
                phase.unwrap_or_else(|| "Unknown".to_owned()),
            )
        }
    };
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    Some(EtcdPod {
        process: ProcessObservation {
            kind: ProcessKind::Pod,
            name: format!("{namespace}/{name}"),
            id: own.and_then(|s| s.container_id.clone()),
            seen_on: spec
                .node_name
                .clone()
                .map_or_else(String::new, |node| format!("node {node}")),
            node: spec.node_name.clone(),
            image: container.image.clone(),
            state: process_state,
            state_text,
            exit_code: terminated.map(|t| i64::from(t.exit_code)),
            oom_killed: terminated.is_some_and(|t| t.reason.as_deref() == Some("OOMKilled")),
            restart_count: own.and_then(|s| u64::try_from(s.restart_count).ok()),
            started_at: None,
            finished_at: None,
            error: waiting.and_then(|w| w.message.clone()),
            restart_policy: spec.restart_policy.clone(),
            config,
            log: Probe::NotTried,
        },
        node: spec.node_name.clone(),
        host_address: status.and_then(|s| s.host_ip.clone()),
    })
}
