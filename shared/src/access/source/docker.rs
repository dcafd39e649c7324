// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::access::args::DockerHostArg;
use crate::access::config_file::parse_config_file;
use crate::access::container::{client_certificate_paths, may_be_etcd, process_from_inspect};
use crate::access::found::Arrival;
use crate::docker::{
    Engine, EngineError, EngineOptions, EntryKind, Environment, ListFilter, resolve,
};
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::model::{EtcdConfig, LogTail, Probe, ProbeErrorKind, ProcessObservation, ProcessState};
use crate::net::{Pem, TlsMaterial};

/// Lines of a container's log that the diagnosis reads: a crash loop's last life with its panic
/// and the goroutine traces after it fit.
const LOG_LINES: u32 = 600;

/// More than any certificate file is long.
const CERTIFICATE_LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// One engine to ask.
#[derive(Clone)]
pub struct EngineTarget {
    /// The node, where it is known.
    pub node: Option<String>,
    /// The engine.
    pub engine: Engine,
}

/// What the first look at a container tells, before its log is read.
pub struct FirstLook {
    /// etcd's configuration.
    pub config: EtcdConfig,
    /// Client certificates out of the container.
    pub tls: Option<TlsMaterial>,
}

/// Makes engines from `--docker-host` (patterns are expanded over `nodes`: name and address)
/// and `--docker-context`.
pub fn targets(
    hosts: &[DockerHostArg],
    context: Option<&str>,
    nodes: &[(String, String)],
    deadline: Duration,
) -> Result<Vec<EngineTarget>, ShownError> {
    let mut wanted: Vec<(Option<String>, EngineOptions)> = Vec::new();
    for host in hosts {
        if host.is_pattern() {
            for (node, address) in nodes {
                let url = host.expand(node, address);
                wanted.push((
                    Some(node.clone()),
                    EngineOptions {
                        host: Some(url),
                        ..Default::default()
                    },
                ));
            }
        } else {
            let options = EngineOptions {
                host: Some(host.url.clone()),
                ..Default::default()
            };
            wanted.push((host.node.clone(), options));
        }
    }
    if let Some(name) = context {
        wanted.push((
            None,
            EngineOptions {
                context: Some(name.to_owned()),
                ..Default::default()
            },
        ));
    }
    let environment = Environment::from_process();
    let mut targets = Vec::new();
    for (node, options) in wanted {
        // DOCKER_HOST and DOCKER_CONTEXT must not bend what was asked for by name.
        let environment = Environment {
            docker_host: None,
            docker_context: None,
            ..environment.clone()
        };
        let resolved = resolve(&options, &environment)?;
        let engine = Engine::new(&resolved.endpoint)?.with_deadline(deadline);
        targets.push(EngineTarget { node, engine });
    }
    Ok(targets)
}

/// The etcd containers of one engine, with their raw inspect objects.
pub async fn etcd_containers(engine: &Engine) -> Result<Vec<Value>, EngineError> {
    let filter = ListFilter {
        all: true,
        filters: Vec::new(),
    };
    let listed = engine.list_containers(&filter).await?;
    let mut found = Vec::new();
    for entry in listed.iter().filter(|entry| may_be_etcd(entry)) {
        if let Some(id) = entry["Id"].as_str() {
            match engine.inspect_container(id).await {
                Ok(inspect) => found.push(inspect),
                // It went away between the two calls.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(newest_of_each_member(found))
}

/// Of several containers of one member (one set aside by an earlier replacement, the dead lives
/// that a kubelet keeps) the one that matters: a running one, else the newest.
fn newest_of_each_member(mut found: Vec<Value>) -> Vec<Value> {
    let rank = |inspect: &Value| {
        let process = process_from_inspect(inspect, "");
        let alive = match process.state {
            ProcessState::Running | ProcessState::Paused | ProcessState::Restarting => 1,
            _ => 0,
        };
        (
            alive,
            inspect["Created"].as_str().unwrap_or_default().to_owned(),
        )
    };
    found.sort_by_key(|inspect| std::cmp::Reverse(rank(inspect)));
    let mut seen = Vec::new();
    found.retain(|inspect| {
        let config = process_from_inspect(inspect, "").config;
        let key = (
            config.get("name").unwrap_or("default").to_owned(),
            config.get("data-dir").unwrap_or_default().to_owned(),
            config
                .get("listen-client-urls")
                .unwrap_or_default()
                .to_owned(),
            // What tells members apart may stand in a file: then its mounts tell them apart.
            match &config.config_file {
                Some(file) => format!("{file} {}", inspect["Mounts"]),
                None => String::new(),
            },
        );
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    found
}

/// Asks every engine at once. First looks and full observations come through the two channels as
/// they arrive; both close when every engine has answered or given up.
pub fn spawn(
    targets: Vec<EngineTarget>,
    read_certificates: bool,
    dial_timeout: Duration,
    looks: &mpsc::UnboundedSender<FirstLook>,
    processes: &mpsc::UnboundedSender<Arrival<ProcessObservation>>,
) {
    for target in targets {
        let looks = looks.clone();
        let processes = processes.clone();
        tokio::spawn(async move {
            let place = target.engine.host().to_owned();
            // The first call opens the connection: a dead node must not hold up the report.
            // ssh itself needs some round trips and a process on the other side.
            let patience = if place.starts_with("ssh://") {
                dial_timeout * 3
            } else {
                dial_timeout
            };
            let first = tokio::time::timeout(patience, etcd_containers(&target.engine)).await;
            let found = first.unwrap_or_else(|_| {
                Err(EngineError::TimedOut {
                    host: place.clone(),
                    what: "the list of containers".to_owned(),
                    seconds: patience.as_secs(),
                })
            });
            match found {
                Ok(found) if found.is_empty() => {
                    let error = ShownError::unknown(format!("{place} has no etcd container"));
                    let _ = processes.send(Arrival::Missing { place, error });
                }
                Ok(found) => {
                    for inspect in found {
                        look_at(&target, inspect, read_certificates, &looks, &processes).await;
                    }
                }
                Err(error) => {
                    let _ = processes.send(Arrival::Missing {
                        place,
                        error: error.into(),
                    });
                }
            }
        });
    }
}

async fn look_at(
    target: &EngineTarget,
    inspect: Value,
    read_certificates: bool,
    looks: &mpsc::UnboundedSender<FirstLook>,
    processes: &mpsc::UnboundedSender<Arrival<ProcessObservation>>,
) {
    let host = target.engine.host();
    let mut process = process_from_inspect(&inspect, host);
    process.node.clone_from(&target.node);
    let id = process.id.clone().unwrap_or_default();
    process.config = settings_in_file(&target.engine, &id, process.config).await;
    let certificates = async {
        if read_certificates {
            read_client_certificate(&target.engine, &id, &inspect, &process.config).await
        } else {
            None
        }
    };
    let log = read_log(&target.engine, &id, &process.name);
    let (tls, log) = tokio::join!(
        async {
            let tls = certificates.await;
            // Sent before the log is there: the members can be asked meanwhile.
            let _ = looks.send(FirstLook {
                config: process.config.clone(),
                tls: tls.clone(),
            });
            tls
        },
        log
    );
    drop(tls);
    process.log = log;
    let _ = processes.send(Arrival::Found(process));
}

/// The settings that stand in a `--config-file`, where there is one and it can be read: with it etcd
/// reads neither its other flags nor its environment.
pub async fn settings_in_file(engine: &Engine, container: &str, config: EtcdConfig) -> EtcdConfig {
    let Some(path) = config.config_file.clone() else {
        return config;
    };
    match read_text(engine, container, &path).await {
        Some(text) => parse_config_file(&path, &text).unwrap_or(config),
        None => config,
    }
}

/// A small text file of a container, running or not; links are followed a few steps.
pub async fn read_text(engine: &Engine, container: &str, path: &str) -> Option<String> {
    let pem = read_pem(engine, container, path).await?;
    String::from_utf8(pem.text).ok()
}

/// The end of a container's log as plain lines.
pub async fn read_log(engine: &Engine, id: &str, name: &str) -> Probe<LogTail> {
    let began = std::time::Instant::now();
    match engine.logs_tail(id, LOG_LINES, None).await {
        Ok(lines) => Probe::answered(
            LogTail {
                source: format!("docker logs {name} on {}", engine.host()),
                lines: lines.into_iter().map(|line| line.text).collect(),
            },
            began.elapsed(),
        ),
        Err(error) => Probe::failed(ProbeErrorKind::Other, ShownError::from(error).message()),
    }
}

/// The first complete set of client certificate files that the container holds.
async fn read_client_certificate(
    engine: &Engine,
    id: &str,
    inspect: &Value,
    config: &EtcdConfig,
) -> Option<TlsMaterial> {
    for [ca, cert, key] in client_certificate_paths(inspect, config) {
        let (ca, cert, key) = tokio::join!(
            read_pem(engine, id, &ca),
            read_pem(engine, id, &cert),
            read_pem(engine, id, &key)
        );
        if let (Some(ca), Some(cert), Some(key)) = (ca, cert, key) {
            return Some(TlsMaterial {
                ca: Some(ca),
                cert: Some(cert),
                key: Some(key),
                insecure: false,
            });
        }
    }
    None
}

async fn read_pem(engine: &Engine, id: &str, path: &str) -> Option<Pem> {
    let mut path = path.to_owned();
    // A link (Kubernetes' projected files, `current.pem`) is followed a few steps.
    for _ in 0..4 {
        let entries = engine
            .read_archive(id, &path, CERTIFICATE_LIMIT_BYTES)
            .await
            .ok()?;
        let entry = entries.into_iter().next()?;
        match entry.kind {
            EntryKind::File => {
                let origin = format!("{path} in the etcd container on {}", engine.host());
                return Some(Pem {
                    origin,
                    text: entry.bytes,
                });
            }
            EntryKind::Symlink { target } if target.starts_with('/') => path = target,
            EntryKind::Symlink { target } => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                path = format!("{folder}/{target}");
            }
            _ => return None,
        }
    }
    None
}

/// Client endpoints that a configuration tells: its own, and the other members of its
/// `--initial-cluster` at the same client port.
pub fn endpoints_of(config: &EtcdConfig) -> Vec<Endpoint> {
    let urls = |flag: &str| -> Vec<Endpoint> {
        let list = config.get(flag).unwrap_or_default();
        list.split(',')
            .filter_map(|url| Endpoint::parse(url, false).ok())
            .collect()
    };
    let usable = |endpoint: &Endpoint| {
        !matches!(
            endpoint.host.as_str(),
            "0.0.0.0" | "::" | "localhost" | "127.0.0.1" | "::1"
        )
    };
    let mut own: Vec<Endpoint> = urls("advertise-client-urls");
    own.extend(urls("listen-client-urls"));
    own.retain(usable);
    let Some(first) = own.first().cloned() else {
        return Vec::new();
    };
    let mut found = vec![first.clone()];
    let own_peers: Vec<String> = urls("initial-advertise-peer-urls")
        .into_iter()
        .map(|e| e.host)
        .collect();
    for pair in config.get("initial-cluster").unwrap_or_default().split(',') {
        let Some((_, url)) = pair.split_once('=') else {
            continue;
        };
        let Ok(peer) = Endpoint::parse(url, false) else {
            continue;
        };
        if own_peers.contains(&peer.host) || peer.host == first.host || !usable(&peer) {
            continue;
        }
        found.push(Endpoint {
            tls: first.tls,
            host: peer.host,
            port: first.port,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_come_from_the_own_flags_and_the_cluster_list() {
        let config = EtcdConfig::from_command(
            [
                "--advertise-client-urls=https://10.0.0.1:2379,https://10.0.0.1:4001",
                "--listen-client-urls=https://0.0.0.0:2379",
                "--initial-advertise-peer-urls=https://10.0.0.1:2380",
                "--initial-cluster=a=https://10.0.0.1:2380,b=https://10.0.0.2:2380",
            ],
            [],
        );
        let got: Vec<String> = endpoints_of(&config)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(got, ["https://10.0.0.1:2379", "https://10.0.0.2:2379"]);
    }
}
