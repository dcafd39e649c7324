// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;

use crate::error::ShownError;
use crate::kubernetes::helper_pod::patiently;
use crate::kubernetes::pods::{Execution, log_with_previous};
use crate::kubernetes::{EtcdPod, KubeError, KubeTarget, etcd_pod};
use crate::replace::node::NodeError;

const DEADLINE: Duration = Duration::from_secs(20);

/// Who sees the pod: what it does now, and its log.
pub trait PodWatch {
    /// The pod as it is now; `None` where there is none.
    fn look(&self) -> LocalBoxFuture<'_, Result<Option<EtcdPod>, NodeError>>;

    /// The end of its log, the life before included.
    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>>;

    /// Lines among which etcd says its version, where its image cannot be asked.
    fn version_lines(&self) -> Vec<String> {
        Vec::new()
    }
}

/// By the mirror pod that the kubelet shows in the API.
pub struct MirrorPod {
    /// The API server.
    pub target: Arc<KubeTarget>,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl MirrorPod {
    /// The object; `None` where there is none.
    ///
    /// # Errors
    /// The API server does not tell.
    pub async fn get(&self) -> Result<Option<Pod>, KubeError> {
        let pods: Api<Pod> = Api::namespaced(self.target.client.clone(), &self.namespace);
        patiently(&self.target, "the etcd pod", || pods.get_opt(&self.name)).await
    }
}

impl PodWatch for MirrorPod {
    fn look(&self) -> LocalBoxFuture<'_, Result<Option<EtcdPod>, NodeError>> {
        Box::pin(async move {
            let found = self.get().await.map_err(failed)?;
            Ok(found.as_ref().and_then(etcd_pod))
        })
    }

    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>> {
        Box::pin(async move {
            let Some(pod) = self.look().await? else {
                return Ok(Vec::new());
            };
            let at = Execution {
                namespace: &pod.namespace,
                pod: &pod.name,
                container: &pod.container,
            };
            let log = log_with_previous(&self.target, &at, lines, DEADLINE).await;
            log.map_err(failed)
        })
    }
}

fn failed(error: KubeError) -> NodeError {
    NodeError::Access(Box::new(ShownError::from(error)))
}
