use std::path::Path;

use k8s_openapi::api::core::v1::Pod;

use crate::kubernetes::etcd_pod;
use crate::model::EtcdConfig;

/// etcd's configuration in the text of a static pod's manifest.
pub fn parse(text: &str) -> Option<EtcdConfig> {
    let pod: Pod = serde_saphyr::from_str(text).ok()?;
    etcd_pod(&pod).map(|pod| pod.process.config)
}

/// The same from a file.
pub fn load(path: &Path) -> Option<EtcdConfig> {
    parse(&std::fs::read_to_string(path).ok()?)
}

/// etcd's own `--config-file` (YAML, keys are the flags' names): the scalar entries.
pub fn load_config_file(path: &Path) -> Option<EtcdConfig> {
    let text = std::fs::read_to_string(path).ok()?;
    let value: serde_json::Value = serde_saphyr::from_str(&text).ok()?;
    let mut config = EtcdConfig {
        config_file: Some(path.display().to_string()),
        ..EtcdConfig::default()
    };
    for (name, value) in value.as_object()? {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => value.to_string(),
            _ => continue,
        };
        config.flags.insert(name.clone(), text);
    }
    Some(config)
}
