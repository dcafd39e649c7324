// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Etcdctl, failure, json};
use crate::access::api::certificates;
use crate::etcd::Endpoint;
use crate::kubernetes::pods::{ExecOutput, Execution, exec};
use crate::kubernetes::{EtcdPod, KubeTarget};
use crate::model::{
    Alarm, HashKv, ListedMember, Probe, ProbeErrorKind, ReadProbe, ResponseHeader, Status,
};

/// What the API server, the kubelet and the runtime take for an exec beside the program itself.
const OVERHEAD: Duration = Duration::from_secs(8);

/// Asks members by the etcdctl of their own pods; one whose pod does not run, by another's.
#[derive(Clone)]
pub struct PodAsker {
    target: Arc<KubeTarget>,
    pods: Vec<EtcdPod>,
    dial_timeout: Duration,
    command_timeout: Duration,
}

/// What etcdctl told of one endpoint.
pub struct Told {
    /// Status.
    pub status: Probe<Status>,
    /// A linearizable read.
    pub linearizable_read: Probe<ReadProbe>,
    /// A serializable read.
    pub serializable_read: Probe<ReadProbe>,
    /// The member list with its header.
    pub member_list: Probe<(ResponseHeader, Vec<ListedMember>)>,
    /// Alarms.
    pub alarms: Probe<Vec<Alarm>>,
}

impl PodAsker {
    /// By the pods that run.
    pub fn new(
        target: Arc<KubeTarget>,
        pods: &[EtcdPod],
        dial_timeout: Duration,
        command_timeout: Duration,
    ) -> Self {
        Self {
            target,
            pods: pods.iter().filter(|pod| pod.runs()).cloned().collect(),
            dial_timeout,
            command_timeout,
        }
    }

    /// Everything of one endpoint. The commands run at once.
    pub async fn ask(&self, endpoint: &Endpoint) -> Told {
        let name = endpoint.to_string();
        let list: &[&str] = &["member", "list"];
        let (status, linearizable_read, member_list, alarms) = tokio::join!(
            self.tell(endpoint, &["endpoint", "status"], |text| {
                json::parse_status(text, &name)
            }),
            self.tell(endpoint, &["get", "health"], json::parse_read),
            self.tell(endpoint, list, json::parse_member_list),
            self.tell(endpoint, &["alarm", "list"], json::parse_alarms),
        );
        // One that answers the stricter read answers the other, too.
        let serializable_read = match &linearizable_read {
            Probe::Answered { value, took_ms } => Probe::Answered {
                value: *value,
                took_ms: *took_ms,
            },
            Probe::Failed { error } if error.kind == ProbeErrorKind::Refused => Probe::Failed {
                error: error.clone(),
            },
            _ => {
                let command: &[&str] = &["get", "--consistency=s", "health"];
                self.tell(endpoint, command, json::parse_read).await
            }
        };
        Told {
            status,
            linearizable_read,
            serializable_read,
            member_list,
            alarms,
        }
    }

    /// HashKV of one endpoint at a revision.
    pub async fn hash(&self, endpoint: &Endpoint, revision: i64) -> Probe<HashKv> {
        let name = endpoint.to_string();
        let rev = format!("--rev={revision}");
        self.tell(endpoint, &["endpoint", "hashkv", &rev], |text| {
            json::parse_hash_kv(text, &name, revision)
        })
        .await
    }

    async fn tell<T>(
        &self,
        endpoint: &Endpoint,
        command: &[&str],
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Probe<T> {
        let name = endpoint.to_string();
        let Some(pod) = self.pod_for(endpoint) else {
            return Probe::failed(
                ProbeErrorKind::Other,
                format!("no etcd pod runs in which etcdctl could ask {name}"),
            );
        };
        let began = Instant::now();
        let own = pod.own_hosts().contains(&endpoint.host);
        let etcdctl = Etcdctl {
            files: certificates::paths(pod).into_iter().next(),
            environment: pod.environment.clone(),
            dial_timeout: self.dial_timeout,
            // etcdctl tries until its deadline, also where nothing listens. One whose own pod does
            // not run hardly answers.
            command_timeout: if own {
                self.command_timeout
            } else {
                self.command_timeout.min(self.dial_timeout)
            },
        };
        match self.run(pod, &etcdctl.words(&name, command)).await {
            Err(error) => Probe::failed(ProbeErrorKind::Other, error),
            Ok(output) if output.success() => {
                match parse(&String::from_utf8_lossy(&output.stdout)) {
                    Ok(value) => Probe::answered(value, began.elapsed()),
                    Err(why) => Probe::failed(ProbeErrorKind::Other, why),
                }
            }
            Ok(output) => Probe::Failed {
                error: failure(&name, &output),
            },
        }
    }

    async fn run(&self, pod: &EtcdPod, words: &[String]) -> Result<ExecOutput, String> {
        let at = Execution {
            namespace: &pod.namespace,
            pod: &pod.name,
            container: &pod.container,
        };
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let deadline = self.dial_timeout + self.command_timeout + OVERHEAD;
        exec(&self.target, &at, &words, None, deadline)
            .await
            .map_err(|error| error.to_string())
    }

    /// The pod at the endpoint's address, else any that runs.
    fn pod_for(&self, endpoint: &Endpoint) -> Option<&EtcdPod> {
        let own = self
            .pods
            .iter()
            .find(|pod| pod.own_hosts().contains(&endpoint.host));
        own.or_else(|| self.pods.first())
    }
}
