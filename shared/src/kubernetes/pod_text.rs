// SPDX-License-Identifier: Apache-2.0

use k8s_openapi::api::core::v1::Pod;

/// A pod from a manifest's text, the way Kubernetes reads one: YAML to JSON, JSON to a pod.
///
/// Straight from YAML every type of a pod would be compiled a second time, for a second reader:
/// megabytes. This is the reader that the API's answers go through, too.
pub fn pod_from_yaml(text: &str) -> Option<Pod> {
    let value: serde_json::Value = serde_saphyr::from_str(text).ok()?;
    serde_json::from_str(&value.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_read_and_what_is_none_is_not() {
        let text = "kind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  - name: etcd\n";
        let pod = pod_from_yaml(text).unwrap();
        assert_eq!(pod.metadata.name.as_deref(), Some("etcd"));
        assert!(pod_from_yaml("- a list").is_none());
        assert!(pod_from_yaml("kind: Secret").is_none());
        assert!(pod_from_yaml("a: [").is_none());
    }
}
