// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde_json::Value;

use crate::model::{EtcdConfig, Probe, ProcessKind, ProcessObservation, ProcessState};

/// Whether an entry of `GET /containers/json` may be an etcd server.
///
/// RKE1 labels it; kubespray calls it `etcd1`; compose files name it as they like but run a
/// program called `etcd`; the kubelet's containers carry the pod's container name.
pub fn may_be_etcd(listed: &Value) -> bool {
    let label = |name: &str| listed["Labels"][name].as_str();
    if let Some(name) = label("io.kubernetes.container.name") {
        return name == "etcd";
    }
    if let Some(name) = label("io.rancher.rke.container.name") {
        return name == "etcd";
    }
    let command = listed["Command"].as_str().unwrap_or_default();
    let program = command
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_matches(['"', '\'']);
    if program.rsplit('/').next() == Some("etcd") {
        return true;
    }
    // A shell in front of etcd (`sh -c "exec etcd …"`) or an entrypoint script of a named container.
    let names = listed["Names"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let image = listed["Image"].as_str().unwrap_or_default();
    let mut named = names.map(|name| name.trim_start_matches('/'));
    let etcd_name = |name: &str| {
        name.strip_prefix("etcd")
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
    };
    named.any(etcd_name) || (image.contains("etcd") && command.contains("etcd --"))
}

/// etcd's configuration as a container's inspect gives it.
pub fn config_from_inspect(inspect: &Value) -> EtcdConfig {
    let words = |value: &Value| -> Vec<String> {
        let list = value.as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut command = words(&inspect["Config"]["Entrypoint"]);
    command.extend(words(&inspect["Config"]["Cmd"]));
    if command.is_empty() {
        command = words(&inspect["Args"]);
    }
    // `sh -c "etcd --name …"`: the words are inside one argument.
    let inside: Vec<String> = command
        .iter()
        .flat_map(|word| {
            if word.contains("etcd ") && word.contains("--") {
                word.split_whitespace().map(str::to_owned).collect()
            } else {
                vec![word.clone()]
            }
        })
        .collect();
    let environment = words(&inspect["Config"]["Env"]);
    EtcdConfig::from_command(
        inside.iter().map(String::as_str),
        environment.iter().map(String::as_str),
    )
}

/// One variable of a container's environment.
pub fn environment_value(inspect: &Value, name: &str) -> Option<String> {
    let list = inspect["Config"]["Env"].as_array()?;
    list.iter().filter_map(Value::as_str).find_map(|pair| {
        pair.strip_prefix(name)?
            .strip_prefix('=')
            .map(str::to_owned)
    })
}

/// A container's inspect as plain data; the log is added by the caller.
pub fn process_from_inspect(inspect: &Value, seen_on: &str) -> ProcessObservation {
    let state = &inspect["State"];
    let flag = |name: &str| state[name].as_bool().unwrap_or(false);
    let exit_code = state["ExitCode"].as_i64();
    let status = state["Status"].as_str().unwrap_or("unknown");
    let process_state = match status {
        "running" if flag("Paused") => ProcessState::Paused,
        "running" => ProcessState::Running,
        "paused" => ProcessState::Paused,
        "restarting" => ProcessState::Restarting,
        "exited" | "dead" => ProcessState::Exited,
        "created" => ProcessState::Created,
        _ => ProcessState::Unknown,
    };
    let ended = matches!(
        process_state,
        ProcessState::Restarting | ProcessState::Exited
    );
    let state_text = match (process_state, exit_code) {
        (ProcessState::Restarting, Some(code)) => format!("Restarting ({code})"),
        (ProcessState::Exited, Some(code)) => format!("Exited ({code})"),
        (ProcessState::Running, _) => "Up".to_owned(),
        (ProcessState::Paused, _) => "Up (Paused)".to_owned(),
        (ProcessState::Created, _) => "Created".to_owned(),
        _ => status.to_owned(),
    };
    let text = |value: &Value| value.as_str().filter(|t| !t.is_empty()).map(str::to_owned);
    // Docker writes year 1 for "never".
    let time = |value: &Value| {
        let text = value.as_str().filter(|t| !t.starts_with("0001-"))?;
        text.parse::<Timestamp>().ok()
    };
    ProcessObservation {
        kind: ProcessKind::DockerContainer,
        name: inspect["Name"]
            .as_str()
            .unwrap_or_default()
            .trim_start_matches('/')
            .to_owned(),
        id: text(&inspect["Id"]),
        seen_on: seen_on.to_owned(),
        node: None,
        image: text(&inspect["Config"]["Image"]),
        state: process_state,
        state_text,
        exit_code: exit_code.filter(|code| ended || *code != 0),
        oom_killed: flag("OOMKilled"),
        restart_count: inspect["RestartCount"].as_u64(),
        started_at: time(&state["StartedAt"]),
        finished_at: time(&state["FinishedAt"]),
        error: text(&state["Error"]),
        restart_policy: text(&inspect["HostConfig"]["RestartPolicy"]["Name"]),
        config: config_from_inspect(inspect),
        log: Probe::NotTried,
        pod: None,
    }
}

/// Where in the container the client certificate files are, best first: (CA, certificate, key).
pub fn client_certificate_paths(inspect: &Value, config: &EtcdConfig) -> Vec<[String; 3]> {
    certificate_paths(|name| environment_value(inspect, name), config)
}

/// The same by the container's environment.
///
/// RKE1 sets `ETCDCTL_*`; kubeadm keeps a `healthcheck-client` pair beside the server's; RKE2 has a
/// fixed folder; a peer certificate carries both usages everywhere; the server's own often does.
pub fn certificate_paths(
    env: impl Fn(&str) -> Option<String>,
    config: &EtcdConfig,
) -> Vec<[String; 3]> {
    let mut found = Vec::new();
    let config_ca = config.get("trusted-ca-file").map(str::to_owned);
    let ca = env("ETCDCTL_CACERT")
        .or_else(|| env("ETCDCTL_CA_FILE"))
        .or_else(|| config_ca.clone());
    let cert = env("ETCDCTL_CERT").or_else(|| env("ETCDCTL_CERT_FILE"));
    let key = env("ETCDCTL_KEY").or_else(|| env("ETCDCTL_KEY_FILE"));
    if let (Some(ca), Some(cert), Some(key)) = (ca.clone(), cert, key) {
        found.push([ca, cert, key]);
    }
    if let Some(folder) = config
        .config_file
        .as_deref()
        .and_then(|file| file.strip_suffix("/db/etcd/config"))
    {
        let file = |name: &str| format!("{folder}/tls/etcd/{name}");
        for pair in ["client", "server-client"] {
            found.push([
                file("server-ca.crt"),
                file(&format!("{pair}.crt")),
                file(&format!("{pair}.key")),
            ]);
        }
    }
    let Some(ca) = config_ca.or(ca) else {
        return found;
    };
    if let Some((folder, _)) = config
        .get("cert-file")
        .and_then(|file| file.rsplit_once('/'))
        && folder.ends_with("/etcd")
    {
        let file = |name: &str| format!("{folder}/{name}");
        found.push([
            ca.clone(),
            file("healthcheck-client.crt"),
            file("healthcheck-client.key"),
        ]);
    }
    for (cert, key) in [
        ("peer-cert-file", "peer-key-file"),
        ("cert-file", "key-file"),
    ] {
        if let (Some(cert), Some(key)) = (config.get(cert), config.get(key)) {
            found.push([ca.clone(), cert.to_owned(), key.to_owned()]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn etcd_containers_are_told_from_helpers() {
        let cases = [
            (
                json!({"Names": ["/etcd"], "Command": "/usr/local/bin/etcd --name=a",
                    "Labels": {"io.rancher.rke.container.name": "etcd"}}),
                true,
            ),
            (
                json!({"Names": ["/etcd-rolling-snapshots"], "Command": "/opt/rke-tools/rke-etcd-backup",
                    "Labels": {"io.rancher.rke.container.name": "etcd-rolling-snapshots"}}),
                false,
            ),
            (
                json!({"Names": ["/etcd1"], "Command": "/usr/local/bin/etcd", "Labels": {}}),
                true,
            ),
            (
                json!({"Names": ["/my-store"], "Command": "etcd --listen-client-urls x", "Labels": {}}),
                true,
            ),
            (
                json!({"Names": ["/k8s_POD_etcd-k1_kube-system_x_0"], "Command": "/pause",
                    "Labels": {"io.kubernetes.container.name": "POD"}}),
                false,
            ),
            (
                json!({"Names": ["/k8s_etcd_etcd-k1_kube-system_x_0"], "Command": "etcd --a",
                    "Labels": {"io.kubernetes.container.name": "etcd"}}),
                true,
            ),
            (
                json!({"Names": ["/etcd-log-linker"], "Command": "/x/etcd-linker", "Labels": null}),
                false,
            ),
        ];
        for (listed, want) in cases {
            assert_eq!(may_be_etcd(&listed), want, "{listed}");
        }
    }

    #[test]
    fn a_crash_looping_container_is_read() {
        let inspect = json!({
            "Id": "abc", "Name": "/etcd", "RestartCount": 7,
            "State": {"Status": "restarting", "Running": true, "Paused": false, "Restarting": true,
                      "OOMKilled": false, "ExitCode": 2, "Error": "",
                      "StartedAt": "2026-11-22T09:00:00.5Z", "FinishedAt": "2026-11-22T09:00:01Z"},
            "HostConfig": {"RestartPolicy": {"Name": "always"}},
            "Config": {"Image": "i", "Env": ["ETCDCTL_CERT=/c", "ETCDCTL_KEY=/k", "ETCDCTL_CACERT=/ca"],
                       "Entrypoint": null, "Cmd": ["/usr/local/bin/etcd", "--name=etcd-n1"]}
        });
        let process = process_from_inspect(&inspect, "unix:///x");
        assert_eq!(process.state, ProcessState::Restarting);
        assert_eq!(process.state_text, "Restarting (2)");
        assert_eq!(process.restart_count, Some(7));
        assert_eq!(process.config.get("name"), Some("etcd-n1"));
        let paths = client_certificate_paths(&inspect, &process.config);
        assert_eq!(
            paths,
            [["/ca".to_owned(), "/c".to_owned(), "/k".to_owned()]]
        );
    }
}
