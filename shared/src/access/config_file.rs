// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use crate::model::EtcdConfig;

/// The two sections whose entries are flags of other names (etcd server/embed/config.go).
const SECTIONS: [(&str, &str); 2] = [
    ("client-transport-security", ""),
    ("peer-transport-security", "peer-"),
];

/// etcd's own `--config-file` (YAML, keys are the flags' names): the scalar entries, and those of
/// the two TLS sections under their flags' names. With such a file etcd reads neither its other
/// flags nor its environment.
pub fn parse_config_file(path: &str, text: &str) -> Option<EtcdConfig> {
    let value: Value = serde_saphyr::from_str(text).ok()?;
    let mut config = EtcdConfig {
        config_file: Some(path.to_owned()),
        ..EtcdConfig::default()
    };
    for (name, value) in value.as_object()? {
        if let Some((_, prefix)) = SECTIONS.iter().find(|(section, _)| section == name) {
            for (entry, value) in value.as_object().into_iter().flatten() {
                if let Some(text) = scalar(value) {
                    config.flags.insert(format!("{prefix}{entry}"), text);
                }
            }
        } else if let Some(text) = scalar(value) {
            config.flags.insert(name.clone(), text);
        }
    }
    Some(config)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_sections_become_flags() {
        let text = "name: a\nenable-v2: true\nheartbeat-interval: 500\n\
                    client-transport-security:\n  cert-file: /c\n\
                    peer-transport-security:\n  cert-file: /p\n  client-cert-auth: true\n";
        let config = parse_config_file("/etc/etcd.yaml", text).unwrap();
        assert_eq!(config.config_file.as_deref(), Some("/etc/etcd.yaml"));
        for (flag, value) in [
            ("name", "a"),
            ("enable-v2", "true"),
            ("heartbeat-interval", "500"),
            ("cert-file", "/c"),
            ("peer-cert-file", "/p"),
            ("peer-client-cert-auth", "true"),
        ] {
            assert_eq!(config.get(flag), Some(value), "{flag}");
        }
        assert_eq!(parse_config_file("x", "- a"), None);
    }
}
