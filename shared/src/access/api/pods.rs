// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::access::found::Arrival;
use crate::kubernetes::pods::{Execution, log_tail, log_with_previous, pod_events};
use crate::kubernetes::{EtcdPod, KubeTarget};
use crate::model::{LogTail, Probe, ProbeErrorKind, ProcessObservation, ProcessState};

/// Lines of a container's log that the diagnosis reads.
const LOG_LINES: u32 = 600;

/// Reads every pod's log and events at once; each comes through the channel when it is complete.
pub fn spawn(
    target: &Arc<KubeTarget>,
    pods: &[EtcdPod],
    deadline: Duration,
) -> mpsc::UnboundedReceiver<Arrival<ProcessObservation>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for pod in pods.iter().cloned() {
        let target = Arc::clone(target);
        let sender = sender.clone();
        tokio::spawn(async move {
            let (log, events) = tokio::join!(
                read_log(&target, &pod, deadline),
                pod_events(&target, &pod.namespace, &pod.name)
            );
            let mut process = pod.process;
            process.log = log;
            // Events are a bonus: without the right to read them nothing is wrong.
            if let (Some(facts), Ok(events)) = (&mut process.pod, events) {
                facts.events = events;
            }
            let _ = sender.send(Arrival::Found(process));
        });
    }
    receiver
}

/// The end of a pod's log, with the life before where it does not just run.
pub async fn read_log(target: &KubeTarget, pod: &EtcdPod, deadline: Duration) -> Probe<LogTail> {
    let at = Execution {
        namespace: &pod.namespace,
        pod: &pod.name,
        container: &pod.container,
    };
    let began = Instant::now();
    let settled = pod.process.state == ProcessState::Running
        && pod.process.restart_count.unwrap_or_default() == 0;
    let lines = if settled {
        log_tail(target, &at, LOG_LINES, false, deadline).await
    } else {
        log_with_previous(target, &at, LOG_LINES, deadline).await
    };
    match lines {
        Ok(lines) => Probe::answered(
            LogTail {
                source: format!(
                    "kubectl logs -n {} {} -c {}",
                    pod.namespace, pod.name, pod.container
                ),
                lines,
            },
            began.elapsed(),
        ),
        Err(error) => Probe::failed(ProbeErrorKind::Other, error.to_string()),
    }
}
