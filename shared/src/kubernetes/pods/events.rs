// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;
use kube::Api;
use kube::api::ListParams;

use crate::kubernetes::discovery::to_timestamp;
use crate::kubernetes::{KubeError, KubeTarget};
use crate::model::PodEvent;

/// The events about a pod, the newest last. The API server forgets them after an hour.
///
/// # Errors
/// The API server refuses.
pub async fn pod_events(
    target: &KubeTarget,
    namespace: &str,
    pod: &str,
) -> Result<Vec<PodEvent>, KubeError> {
    let events: Api<Event> = Api::namespaced(target.client.clone(), namespace);
    let of_pod = format!("involvedObject.kind=Pod,involvedObject.name={pod}");
    let params = ListParams::default().fields(&of_pod);
    let list = events.list(&params).await.map_err(|error| {
        let what = format!("the events of pod {namespace}/{pod}");
        KubeError::from_request(&target.server, &what, &error)
    })?;
    let mut found: Vec<PodEvent> = list.items.iter().map(read).collect();
    found.sort_by_key(|event| event.last_at);
    Ok(found)
}

fn read(event: &Event) -> PodEvent {
    let series = event.series.as_ref();
    let last: Option<Timestamp> = event
        .last_timestamp
        .as_ref()
        .and_then(|time| to_timestamp(time.0))
        .or_else(|| to_timestamp(series?.last_observed_time.as_ref()?.0))
        .or_else(|| to_timestamp(event.event_time.as_ref()?.0))
        .or_else(|| to_timestamp(event.metadata.creation_timestamp.as_ref()?.0));
    PodEvent {
        reason: event.reason.clone().unwrap_or_default(),
        message: event.message.clone().unwrap_or_default(),
        count: event.count.or_else(|| series?.count).map_or(1, i64::from),
        last_at: last,
    }
}
