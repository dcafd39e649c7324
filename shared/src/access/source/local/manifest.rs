// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use crate::access::parse_config_file;
use crate::kubernetes::{etcd_pod, pod_from_yaml};
use crate::model::EtcdConfig;

/// etcd's configuration in the text of a static pod's manifest.
pub fn parse(text: &str) -> Option<EtcdConfig> {
    let pod = pod_from_yaml(text)?;
    etcd_pod(&pod).map(|pod| pod.process.config)
}

/// The same from a file.
pub fn load(path: &Path) -> Option<EtcdConfig> {
    parse(&std::fs::read_to_string(path).ok()?)
}

/// etcd's own `--config-file`.
pub fn load_config_file(path: &Path) -> Option<EtcdConfig> {
    let text = std::fs::read_to_string(path).ok()?;
    parse_config_file(&path.display().to_string(), &text)
}
