// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use bollard::query_parameters::{
    RemoveContainerOptionsBuilder, RenameContainerOptionsBuilder, StopContainerOptionsBuilder,
    WaitContainerOptionsBuilder,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::engine::{query, segment};
use super::{Engine, EngineError};

/// A container that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its ID.
    pub id: String,
    /// What the engine warned of, such as a limit that the kernel does not have.
    pub warnings: Vec<String>,
}

/// How a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitState {
    /// Exit code of its first process.
    pub code: i64,
    /// The engine's own complaint; empty where there is none.
    pub error: String,
}

impl Engine {
    /// `POST /containers/create` with `request` exactly as it stands (nulls are kept).
    pub async fn create_container(
        &self,
        name: Option<&str>,
        request: &Value,
    ) -> Result<Created, EngineError> {
        let path = format!(
            "/containers/create{}",
            query(name.map(|name| ("name", name)))
        );
        let reply = self.post_json(&path, request).await?;
        let Some(id) = reply.get("Id").and_then(Value::as_str) else {
            return Err(EngineError::BadAnswer {
                what: path,
                why: "it has no Id".to_owned(),
            });
        };
        let warnings = reply.get("Warnings").and_then(Value::as_array);
        let warnings = warnings.into_iter().flatten().filter_map(Value::as_str);
        Ok(Created {
            id: id.to_owned(),
            warnings: warnings.map(str::to_owned).collect(),
        })
    }

    /// Starts a container; one that runs already is left alone.
    pub async fn start_container(&self, container: &str) -> Result<(), EngineError> {
        let docker = self.typed(self.deadline).await?;
        let done = docker.start_container(&segment(container), None).await;
        done.map_err(|error| self.fault_of("start", error))
    }

    /// Stops a container: its stop signal, then after `grace` a kill. One that is stopped already
    /// is left alone. Without `grace` the container's own stop timeout counts, or the engine's.
    pub async fn stop_container(
        &self,
        container: &str,
        grace: Option<Duration>,
    ) -> Result<(), EngineError> {
        // The engine answers only when the container is down.
        let wait = grace.unwrap_or(Duration::from_secs(3600));
        let docker = self.typed(wait + self.deadline).await?;
        let mut options = StopContainerOptionsBuilder::default();
        if let Some(grace) = grace {
            options = options.t(i32::try_from(grace.as_secs()).unwrap_or(i32::MAX));
        }
        let done = docker
            .stop_container(&segment(container), Some(options.build()))
            .await;
        done.map_err(|error| self.fault_of("stop", error))
    }

    /// Renames a container.
    pub async fn rename_container(&self, container: &str, name: &str) -> Result<(), EngineError> {
        let docker = self.typed(self.deadline).await?;
        let options = RenameContainerOptionsBuilder::default().name(name).build();
        let done = docker.rename_container(&segment(container), options).await;
        done.map_err(|error| self.fault_of("rename", error))
    }

    /// Removes a container; `volumes` takes its anonymous volumes along, `force` kills it first.
    pub async fn remove_container(
        &self,
        container: &str,
        volumes: bool,
        force: bool,
    ) -> Result<(), EngineError> {
        let docker = self.typed(self.deadline).await?;
        let options = RemoveContainerOptionsBuilder::default()
            .v(volumes)
            .force(force)
            .build();
        let done = docker
            .remove_container(&segment(container), Some(options))
            .await;
        done.map_err(|error| self.fault_of("remove", error))
    }

    /// Waits until a container is not running (or, with `removed`, is gone), at most `deadline`.
    pub async fn wait_container(
        &self,
        container: &str,
        removed: bool,
        deadline: Duration,
    ) -> Result<ExitState, EngineError> {
        let docker = self.typed(deadline).await?;
        let condition = if removed { "removed" } else { "not-running" };
        let options = WaitContainerOptionsBuilder::default()
            .condition(condition)
            .build();
        let work = async {
            let container = segment(container);
            let mut answers = docker.wait_container(&container, Some(options));
            match answers.next().await {
                Some(Ok(answer)) => {
                    let error = answer
                        .error
                        .and_then(|error| error.message)
                        .unwrap_or_default();
                    Ok(ExitState {
                        code: answer.status_code,
                        error,
                    })
                }
                // bollard makes an error of every exit code but 0.
                Some(Err(bollard::errors::Error::DockerContainerWaitError { error, code })) => {
                    Ok(ExitState { code, error })
                }
                Some(Err(error)) => Err(self.fault_of("wait", error)),
                None => Err(EngineError::BadAnswer {
                    what: "wait".to_owned(),
                    why: "it is empty".to_owned(),
                }),
            }
        };
        self.within("wait", deadline, work).await
    }

    /// Sets a container's restart policy (`no`, `always`, `unless-stopped`, `on-failure`) and
    /// touches nothing else of it.
    pub async fn set_restart_policy(
        &self,
        container: &str,
        name: &str,
        maximum_retry_count: i64,
    ) -> Result<(), EngineError> {
        let body = json!({
            "RestartPolicy": { "Name": name, "MaximumRetryCount": maximum_retry_count }
        });
        let path = format!("/containers/{}/update", segment(container));
        self.post_json(&path, &body).await.map(drop)
    }

    /// Connects a container to a network with the given endpoint settings.
    pub async fn connect_network(
        &self,
        network: &str,
        container: &str,
        endpoint: &Value,
    ) -> Result<(), EngineError> {
        let body = json!({ "Container": container, "EndpointConfig": endpoint });
        let path = format!("/networks/{}/connect", segment(network));
        self.post_json(&path, &body).await.map(drop)
    }

    /// Disconnects a container from a network; `force` also where it is not running.
    pub async fn disconnect_network(
        &self,
        network: &str,
        container: &str,
        force: bool,
    ) -> Result<(), EngineError> {
        let body = json!({ "Container": container, "Force": force });
        let path = format!("/networks/{}/disconnect", segment(network));
        self.post_json(&path, &body).await.map(drop)
    }
}
