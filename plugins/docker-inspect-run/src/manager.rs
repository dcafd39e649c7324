// SPDX-License-Identifier: Apache-2.0

//! Containers that somebody else makes and would make again.

use serde_json::Value;
use shared::error::ShownError;
use shared::output::Printer;

/// Refuses a container that an orchestrator would take for lost or replace; says of one that a
/// file describes that the file stays as it is.
pub fn check(container: &Value, printer: Printer) -> Result<(), ShownError> {
    let label = |name: &str| {
        container
            .pointer("/Config/Labels")
            .and_then(|labels| labels.get(name))
            .and_then(Value::as_str)
    };
    if label("com.docker.swarm.task.id").is_some() {
        let service = label("com.docker.swarm.service.name").unwrap_or("SERVICE");
        return Err(ShownError::refused(format!(
            "it is a task of the Swarm service \"{service}\", which would replace it"
        ))
        .hinted(format!(
            "change the service: `docker service update {service}`"
        )));
    }
    // The labels of dockershim and cri-dockerd.
    if let Some(pod) = label("io.kubernetes.pod.name") {
        let place = label("io.kubernetes.pod.namespace").unwrap_or("default");
        return Err(ShownError::refused(format!(
            "it belongs to the pod \"{place}/{pod}\", which the kubelet would make again"
        ))
        .hinted(
            "change the pod: its manifest in /etc/kubernetes/manifests for a static one, else `kubectl edit`",
        ));
    }
    if let Some(project) = label("com.docker.compose.project") {
        let files = label("com.docker.compose.project.config_files").unwrap_or("its file");
        printer.warning(&format!(
            "it was made by docker compose (project \"{project}\", {files}): change it there too, or the next `up` takes the change back"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_orchestrator_makes_is_refused() {
        let printer = Printer::new(true, true);
        let with = |labels| json!({ "Config": { "Labels": labels } });
        for labels in [
            json!({"com.docker.swarm.task.id": "x", "com.docker.swarm.service.name": "web"}),
            json!({"io.kubernetes.pod.name": "etcd-n1", "io.kubernetes.pod.namespace": "kube-system"}),
        ] {
            assert!(check(&with(labels.clone()), printer).is_err(), "{labels}");
        }
        for labels in [
            json!(null),
            json!({"app": "etcd"}),
            json!({"com.docker.compose.project": "p"}),
        ] {
            assert!(check(&with(labels.clone()), printer).is_ok(), "{labels}");
        }
    }
}
