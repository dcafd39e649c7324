// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use node_helper::Outcome;
use serde_json::Value;

use super::{HelperPodError, HelperPodSpec, PROGRAM, live, manifest};
use crate::kubernetes::pods::{ExecOutput, Execution, exec, log_tail};
use crate::kubernetes::{KubeError, KubeTarget};

/// A kubelet that has the image starts a pod in some seconds; a busy one takes longer.
const START: Duration = Duration::from_secs(90);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a pod may take to be gone.
const GONE: Duration = Duration::from_secs(60);
/// How long an API server that does not answer is tried again: where etcd is stopped on one node,
/// a load balancer sends some calls to the API server there for a moment.
const PATIENCE: Duration = Duration::from_secs(20);
/// The container's name.
const CONTAINER: &str = "helper";

/// A helper pod that runs.
#[derive(Clone)]
pub struct HelperPod {
    target: Arc<KubeTarget>,
    namespace: String,
    name: String,
    node: String,
}

impl HelperPod {
    /// Makes it, or takes the one of that name that runs already. It is removed at the end of the
    /// program unless it is kept.
    ///
    /// # Errors
    /// [`HelperPodError`]; nothing of it is left then.
    pub async fn start(
        target: &Arc<KubeTarget>,
        spec: &HelperPodSpec,
        program: &[u8],
    ) -> Result<Self, HelperPodError> {
        let helper = Self {
            target: Arc::clone(target),
            namespace: spec.namespace.clone(),
            name: spec.name.clone(),
            node: spec.node.clone(),
        };
        match helper.look().await? {
            Some(found) if is_running(&found) => {
                live::note(target, &spec.namespace, &spec.name, &spec.node);
                return Ok(helper);
            }
            Some(_) => remove(target, &spec.namespace, &spec.name, &spec.node).await?,
            None => {}
        }
        live::note(target, &spec.namespace, &spec.name, &spec.node);
        let started = helper.create(spec, program).await;
        if started.is_err() {
            // The cause is worth more than a failing clean-up's.
            let _ = helper.remove().await;
        }
        started.map(|()| helper)
    }

    /// Keeps it when the program ends.
    pub fn keep(&self) {
        live::forget(&self.namespace, &self.name);
    }

    /// Its node.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The API server.
    pub fn target(&self) -> &Arc<KubeTarget> {
        &self.target
    }

    /// Where its programs are started.
    pub fn at(&self) -> Execution<'_> {
        Execution {
            namespace: &self.namespace,
            pod: &self.name,
            container: CONTAINER,
        }
    }

    /// Whether a helper of that name runs.
    ///
    /// # Errors
    /// The API server does not answer.
    pub async fn runs(
        target: &Arc<KubeTarget>,
        namespace: &str,
        name: &str,
    ) -> Result<bool, HelperPodError> {
        let found = get(target, namespace, name).await?;
        Ok(found.as_ref().is_some_and(is_running))
    }

    /// Removes one by name, with its ConfigMap, and waits until its container is gone.
    ///
    /// # Errors
    /// It is still there.
    pub async fn remove_named(
        target: &Arc<KubeTarget>,
        namespace: &str,
        name: &str,
        node: &str,
    ) -> Result<(), HelperPodError> {
        remove(target, namespace, name, node).await
    }

    /// Removes it, and waits until its container is gone.
    ///
    /// # Errors
    /// It is still there.
    pub async fn remove(&self) -> Result<(), HelperPodError> {
        remove(&self.target, &self.namespace, &self.name, &self.node).await
    }

    /// Runs the helper program and reads its lines; `content` is received into `path` before.
    ///
    /// # Errors
    /// The API server or the kubelet refuses, or the program could not run.
    pub async fn run(
        &self,
        words: &[&str],
        content: Option<(&str, &[u8])>,
        deadline: Duration,
    ) -> Result<Vec<Outcome>, HelperPodError> {
        let length = content.map(|(_, bytes)| bytes.len().to_string());
        let mut all = vec![PROGRAM];
        if let (Some((path, _)), Some(length)) = (content, &length) {
            all.extend(["receive", path, length, "--"]);
        }
        all.extend(words);
        let stdin = content.map(|(_, bytes)| bytes);
        let output = self.exec_patiently(&all, stdin, deadline).await?;
        let unreadable = |why: String| HelperPodError::Ended {
            node: self.node.clone(),
            why,
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = node_helper::parse(&text).map_err(|error| unreadable(error.to_string()))?;
        if matches!(lines.first(), Some(Outcome::Receive { .. })) {
            lines.remove(0);
        }
        if lines.is_empty() {
            return Err(unreadable(format!(
                "the helper program could not run: {} {}",
                output.message,
                output.stderr.trim()
            )));
        }
        Ok(lines)
    }

    /// Runs any program of the pod once.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn exec_patiently(
        &self,
        words: &[&str],
        stdin: Option<&[u8]>,
        deadline: Duration,
    ) -> Result<ExecOutput, HelperPodError> {
        let began = Instant::now();
        loop {
            match exec(&self.target, &self.at(), words, stdin, deadline).await {
                Ok(output) => return Ok(output),
                Err(error) if error.is_passing() && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(PAUSE * 2).await;
                }
                Err(error) => {
                    return Err(HelperPodError::of_request(
                        error,
                        "create",
                        "pods/exec",
                        &self.namespace,
                        &self.node,
                    ));
                }
            }
        }
    }

    /// The first lines that it wrote itself.
    ///
    /// # Errors
    /// The kubelet does not tell them.
    pub async fn first_words(&self) -> Result<Vec<Outcome>, HelperPodError> {
        let began = Instant::now();
        loop {
            let read = log_tail(&self.target, &self.at(), 10, false, Duration::from_secs(10)).await;
            let (lines, error) = match read {
                Ok(lines) => (lines, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            let said = node_helper::parse(&lines.join("\n")).unwrap_or_default();
            if !said.is_empty() {
                return Ok(said);
            }
            if began.elapsed() > START {
                return Err(match error {
                    Some(error) => error.into(),
                    None => HelperPodError::NotStarted {
                        node: self.node.clone(),
                        seconds: START.as_secs(),
                        last: "it has said nothing".to_owned(),
                    },
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn look(&self) -> Result<Option<Pod>, HelperPodError> {
        get(&self.target, &self.namespace, &self.name).await
    }

    async fn create(&self, spec: &HelperPodSpec, program: &[u8]) -> Result<(), HelperPodError> {
        if spec.config_map == spec.name {
            let map = manifest::config_map(&spec.namespace, &spec.config_map, &spec.run, program);
            self.create_config_map(&spec.config_map, map).await?;
        }
        let pods: Api<Pod> = Api::namespaced(self.target.client.clone(), &self.namespace);
        let wanted = object(manifest::pod(spec), &self.target)?;
        let params = PostParams::default();
        let made = patiently(&self.target, "the helper pod", || {
            pods.create(&params, &wanted)
        })
        .await;
        let made = match made {
            // Of a call whose answer was lost.
            Err(KubeError::Answered { code: 409, .. }) => None,
            Err(error) => {
                return Err(HelperPodError::of_request(
                    error,
                    "create",
                    "pods",
                    &self.namespace,
                    &self.node,
                ));
            }
            Ok(made) => Some(made),
        };
        let policy = made.as_ref().and_then(|pod| {
            pod.spec
                .as_ref()?
                .containers
                .first()?
                .image_pull_policy
                .as_deref()
        });
        if policy == Some("Always") && !spec.may_pull {
            return Err(HelperPodError::AlwaysPull {
                node: self.node.clone(),
                image: spec.image.clone(),
            });
        }
        self.wait_running(&spec.image).await
    }

    async fn create_config_map(&self, name: &str, map: Value) -> Result<(), HelperPodError> {
        let maps: Api<ConfigMap> = Api::namespaced(self.target.client.clone(), &self.namespace);
        let wanted: ConfigMap = object(map, &self.target)?;
        let params = PostParams::default();
        let made = patiently(&self.target, "the helper's ConfigMap", || {
            maps.create(&params, &wanted)
        })
        .await;
        match made {
            Ok(_) => Ok(()),
            // An earlier life of the run left it, perhaps with another version of the program.
            Err(KubeError::Answered { code: 409, .. }) => {
                let replaced = patiently(&self.target, "the helper's ConfigMap", || {
                    maps.replace(name, &params, &wanted)
                })
                .await;
                replaced.map(drop).map_err(HelperPodError::from)
            }
            Err(error) => Err(HelperPodError::of_request(
                error,
                "create",
                "configmaps",
                &self.namespace,
                &self.node,
            )),
        }
    }

    async fn wait_running(&self, image: &str) -> Result<(), HelperPodError> {
        let began = Instant::now();
        let mut last = "it was made".to_owned();
        while began.elapsed() < START {
            match self.look().await {
                Ok(Some(pod)) if is_running(&pod) => return Ok(()),
                Ok(Some(pod)) => {
                    if let Some(error) = self.hopeless(&pod, image) {
                        return Err(error);
                    }
                    last = state_of(&pod);
                }
                Ok(None) => {
                    return Err(HelperPodError::Ended {
                        node: self.node.clone(),
                        why: "somebody has removed it".to_owned(),
                    });
                }
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(HelperPodError::NotStarted {
            node: self.node.clone(),
            seconds: START.as_secs(),
            last,
        })
    }

    /// A state out of which it does not come by itself.
    fn hopeless(&self, pod: &Pod, image: &str) -> Option<HelperPodError> {
        let status = pod.status.as_ref()?;
        if status.phase.as_deref() == Some("Failed") {
            return Some(HelperPodError::Ended {
                node: self.node.clone(),
                why: format!(
                    "{}: {}",
                    status.reason.as_deref().unwrap_or("Failed"),
                    status.message.as_deref().unwrap_or("no message")
                ),
            });
        }
        let waiting = waiting(pod)?;
        let reason = waiting.0.as_str();
        if matches!(
            reason,
            "ErrImageNeverPull" | "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName"
        ) {
            return Some(HelperPodError::NoImage {
                node: self.node.clone(),
                image: image.to_owned(),
                why: reason.to_owned(),
            });
        }
        None
    }
}

/// Removes pod and ConfigMap of a name; done when the API server no longer knows the pod: the
/// kubelet takes it away only after its container has ended.
pub(super) async fn remove(
    target: &Arc<KubeTarget>,
    namespace: &str,
    name: &str,
    node: &str,
) -> Result<(), HelperPodError> {
    let pods: Api<Pod> = Api::namespaced(target.client.clone(), namespace);
    let maps: Api<ConfigMap> = Api::namespaced(target.client.clone(), namespace);
    let params = DeleteParams::default();
    let deleted = patiently(target, "the helper pod", || pods.delete(name, &params)).await;
    ignore_missing(deleted)
        .map_err(|e| HelperPodError::of_request(e, "delete", "pods", namespace, node))?;
    let deleted = patiently(target, "the helper's ConfigMap", || {
        maps.delete(name, &params)
    })
    .await;
    ignore_missing(deleted)
        .map_err(|e| HelperPodError::of_request(e, "delete", "configmaps", namespace, node))?;
    let began = Instant::now();
    while get(target, namespace, name).await?.is_some() {
        if began.elapsed() > GONE {
            return Err(HelperPodError::Ended {
                node: node.to_owned(),
                why: format!("pod {namespace}/{name} was deleted and does not go away"),
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
    live::forget(namespace, name);
    Ok(())
}

async fn get(
    target: &Arc<KubeTarget>,
    namespace: &str,
    name: &str,
) -> Result<Option<Pod>, HelperPodError> {
    let pods: Api<Pod> = Api::namespaced(target.client.clone(), namespace);
    let found = patiently(target, "the helper pod", || pods.get_opt(name)).await;
    found.map_err(|error| HelperPodError::of_request(error, "get", "pods", namespace, ""))
}

/// Calls again while the API server is out of reach for a moment.
pub async fn patiently<T, F>(
    target: &KubeTarget,
    what: &str,
    mut call: impl FnMut() -> F,
) -> Result<T, KubeError>
where
    F: Future<Output = Result<T, kube::Error>>,
{
    let began = Instant::now();
    loop {
        match call().await {
            Ok(value) => return Ok(value),
            Err(error) => {
                let error = KubeError::from_request(&target.server, what, &error);
                if !error.is_passing() || began.elapsed() > PATIENCE {
                    return Err(error);
                }
            }
        }
        tokio::time::sleep(PAUSE * 2).await;
    }
}

fn ignore_missing<T>(result: Result<T, KubeError>) -> Result<(), KubeError> {
    match result {
        Ok(_) | Err(KubeError::Answered { code: 404, .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn object<T: serde::de::DeserializeOwned>(
    value: Value,
    target: &KubeTarget,
) -> Result<T, KubeError> {
    serde_json::from_value(value).map_err(|error| KubeError::Other {
        server: target.server.clone(),
        what: "the helper pod".to_owned(),
        why: error.to_string(),
    })
}

fn is_running(pod: &Pod) -> bool {
    let statuses = pod
        .status
        .iter()
        .flat_map(|s| s.container_statuses.iter().flatten());
    pod.metadata.deletion_timestamp.is_none()
        && statuses
            .filter(|status| status.name == CONTAINER)
            .any(|status| {
                status
                    .state
                    .as_ref()
                    .is_some_and(|state| state.running.is_some())
            })
}

/// Reason and message of what the container waits for.
fn waiting(pod: &Pod) -> Option<(String, String)> {
    let statuses = pod.status.as_ref()?.container_statuses.as_ref()?;
    let waiting = statuses.first()?.state.as_ref()?.waiting.as_ref()?;
    Some((
        waiting.reason.clone().unwrap_or_default(),
        waiting.message.clone().unwrap_or_default(),
    ))
}

fn state_of(pod: &Pod) -> String {
    if let Some((reason, message)) = waiting(pod) {
        return format!("{reason} {message}").trim().to_owned();
    }
    let phase = pod.status.as_ref().and_then(|s| s.phase.clone());
    format!("phase {}", phase.unwrap_or_else(|| "unknown".to_owned()))
}
