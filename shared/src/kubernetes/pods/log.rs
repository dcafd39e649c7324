// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::LogParams;
use tokio::time::timeout;

use super::exec::Execution;
use crate::kubernetes::{KubeError, KubeTarget};

/// The last lines of a container's log; with `previous` those of its life before.
///
/// # Errors
/// The API server or the kubelet refuses, or does not answer within the deadline.
pub async fn log_tail(
    target: &KubeTarget,
    at: &Execution<'_>,
    lines: u32,
    previous: bool,
    deadline: Duration,
) -> Result<Vec<String>, KubeError> {
    let what = format!("the log of pod {}/{}", at.namespace, at.pod);
    let pods: Api<Pod> = Api::namespaced(target.client.clone(), at.namespace);
    let params = LogParams {
        container: Some(at.container.to_owned()),
        tail_lines: Some(i64::from(lines)),
        previous,
        ..LogParams::default()
    };
    let answer = timeout(deadline, pods.logs(at.pod, &params)).await;
    match answer {
        Ok(Ok(text)) => Ok(text.lines().map(str::to_owned).collect()),
        Ok(Err(error)) => Err(KubeError::from_request(&target.server, &what, &error)),
        Err(_) => Err(KubeError::TimedOut {
            server: target.server.clone(),
            what,
            seconds: deadline.as_secs(),
        }),
    }
}

/// The same, with the end of the life before in front where there was one: a crash loop's present
/// life may have said nothing yet.
///
/// # Errors
/// Neither can be read.
pub async fn log_with_previous(
    target: &KubeTarget,
    at: &Execution<'_>,
    lines: u32,
    deadline: Duration,
) -> Result<Vec<String>, KubeError> {
    let (before, now) = tokio::join!(
        log_tail(target, at, lines, true, deadline),
        log_tail(target, at, lines, false, deadline)
    );
    match (before, now) {
        // Between two lives both are the same one.
        (Ok(before), Ok(now)) if before == now => Ok(now),
        (Ok(mut before), Ok(now)) => {
            before.extend(now);
            Ok(before)
        }
        (Ok(before), Err(_)) => Ok(before),
        (Err(_), now) => now,
    }
}
