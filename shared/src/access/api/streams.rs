// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::etcd::{Endpoint, EtcdError, Stream, StreamFactory};
use crate::kubernetes::helper_pod::HelperStreams;
use crate::kubernetes::pods::port_forward;
use crate::kubernetes::{EtcdPod, KubeError, KubeTarget};

/// What the API server and a busy kubelet take to open a session.
const OVERHEAD: Duration = Duration::from_secs(4);

/// Streams to members through the API server: each goes to the pod that is at the endpoint's
/// address, each in a session of its own.
pub struct PodStreams {
    target: Arc<KubeTarget>,
    /// Host of an endpoint → namespace and name of the pod there.
    pods: BTreeMap<String, (String, String)>,
    /// For addresses at which there is no pod: from another pod's node.
    helper: Option<HelperStreams>,
}

impl PodStreams {
    /// To these pods, by every address that they are known under.
    pub fn new(target: Arc<KubeTarget>, pods: &[EtcdPod]) -> Self {
        let mut known = BTreeMap::new();
        for pod in pods {
            let own = pod.own_hosts();
            for host in own {
                known
                    .entry(host)
                    .or_insert_with(|| (pod.namespace.clone(), pod.name.clone()));
            }
        }
        Self {
            target,
            pods: known,
            helper: None,
        }
    }

    /// The same, with a helper pod for members whose own pods are not there. A forward costs a
    /// fraction of an exec, so it comes first.
    #[must_use]
    pub fn or_by(mut self, helper: HelperStreams) -> Self {
        self.helper = Some(helper);
        self
    }
}

impl StreamFactory for PodStreams {
    fn open<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> BoxFuture<'a, Result<Box<dyn Stream>, EtcdError>> {
        Box::pin(async move {
            let name = endpoint.to_string();
            let Some((namespace, pod)) = self.pods.get(&endpoint.host) else {
                if let Some(helper) = &self.helper {
                    return helper.open(endpoint).await;
                }
                return Err(EtcdError::NoRoute {
                    endpoint: name,
                    why: "no etcd pod has that address: there is nothing to forward to".to_owned(),
                });
            };
            match port_forward(&self.target, namespace, pod, endpoint.port).await {
                Ok(stream) => Ok(Box::new(stream) as Box<dyn Stream>),
                Err(error) => Err(not_forwarded(name, &error)),
            }
        })
    }

    fn overhead(&self) -> Duration {
        match &self.helper {
            Some(helper) => helper.overhead(),
            None => OVERHEAD,
        }
    }
}

fn not_forwarded(endpoint: String, error: &KubeError) -> EtcdError {
    EtcdError::NoRoute {
        endpoint,
        why: error.to_string(),
    }
}
