// SPDX-License-Identifier: Apache-2.0

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::certificates;
use crate::access::Settings;
use crate::error::ShownError;
use crate::kubernetes::discovery::Discovered;
use crate::kubernetes::helper_pod::{HelperPod, HelperPodSpec, safe_name};
use crate::kubernetes::{EtcdPod, KubeTarget, KubernetesFound};
use crate::model::NodeObservation;
use crate::net::{Pem, TlsMaterial};

/// A helper that nobody removes ends itself after this long.
const LIFE_SECONDS: u64 = 900;
/// Reading three small files.
const DEADLINE: Duration = Duration::from_secs(30);
/// Where the helper is made.
const NAMESPACE: &str = "kube-system";

/// Where k3s keeps a client's certificate for its embedded etcd: CA, certificate, key.
const K3S: [&str; 3] = [
    "/var/lib/rancher/k3s/server/tls/etcd/server-ca.crt",
    "/var/lib/rancher/k3s/server/tls/etcd/client.crt",
    "/var/lib/rancher/k3s/server/tls/etcd/client.key",
];

/// Client certificate files on a node that carries etcd, best first. Only folders that are there for
/// certain: mounting another would make it.
fn files_on(etcd: &Discovered, pod: Option<&EtcdPod>) -> Vec<[String; 3]> {
    let mut files = pod.map(certificates::paths).unwrap_or_default();
    if etcd.what.contains("k3s") {
        files.push(K3S.map(str::to_owned));
    }
    files
}

/// The folders of those files; one inside another is mounted with it.
fn folders_of(files: &[[String; 3]]) -> Vec<String> {
    let mut folders: Vec<String> = files
        .iter()
        .flatten()
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .filter(|folder| !folder.is_empty())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    let all = folders.clone();
    folders.retain(|folder| {
        !all.iter()
            .any(|other| folder.starts_with(&format!("{other}/")))
    });
    folders
}

/// Makes a helper pod on a node that carries etcd, from which every member is asked; certificates
/// that were not given are read there.
///
/// # Errors
/// There is no such node, or the helper is refused.
pub async fn open(
    settings: &Settings,
    target: &Arc<KubeTarget>,
    found: &KubernetesFound,
    given: &TlsMaterial,
) -> Result<(HelperPod, TlsMaterial, String), ShownError> {
    let etcd = &found.etcd;
    let node = chosen_node(&found.observation.nodes, etcd).ok_or_else(|| {
        ShownError::unknown("no node that carries etcd is ready, so no helper can run there")
            .hinted("see `kubectl get nodes`")
    })?;
    let pod = etcd
        .pods
        .iter()
        .find(|pod| pod.node.as_ref() == Some(&node.name));
    let image = settings
        .helper_image
        .clone()
        .or_else(|| pod.or_else(|| etcd.pods.first())?.process.image.clone())
        .ok_or_else(|| {
            ShownError::usage("no image is known that lies on that node").hinted(
                "name one with `--helper-image IMAGE` (any image does, also one without a shell)",
            )
        })?;
    let files = files_on(etcd, pod);
    let folders = match given.cert {
        None => folders_of(&files),
        Some(_) => Vec::new(),
    };
    let run = run_id();
    let name = format!("kubectl-etcd-{}", safe_name(&run));
    let program = program_for(found, &node.name)?;
    let spec = HelperPodSpec {
        namespace: NAMESPACE.to_owned(),
        config_map: name.clone(),
        name,
        node: node.name.clone(),
        image,
        may_pull: settings.helper_image.is_some(),
        run,
        words: vec!["wait".to_owned()],
        folders,
        deadline_seconds: Some(LIFE_SECONDS),
    };
    let helper = HelperPod::start(target, &spec, program).await?;
    let mut tls = given.clone();
    if tls.cert.is_none() {
        for paths in &files {
            if let Some(read) = material(&helper, paths, &node.name).await? {
                tls.ca = tls.ca.or(read.ca);
                tls.cert = read.cert;
                tls.key = read.key;
                break;
            }
        }
    }
    Ok((helper, tls, node.name.clone()))
}

/// One id for this process: each round of a watch finds the helper of the first.
fn run_id() -> String {
    static RUN: OnceLock<String> = OnceLock::new();
    RUN.get_or_init(|| {
        let now = jiff::Timestamp::now();
        format!("health-{}-{}", now.as_second(), std::process::id())
    })
    .clone()
}

/// The node to work from: ready, and best one whose etcd pod runs.
fn chosen_node<'a>(nodes: &'a [NodeObservation], etcd: &Discovered) -> Option<&'a NodeObservation> {
    let ready = || nodes.iter().filter(|node| node.ready == Some(true));
    let has_living_pod = |node: &&NodeObservation| {
        etcd.pods
            .iter()
            .any(|pod| pod.runs() && pod.node.as_ref() == Some(&node.name))
    };
    ready().find(has_living_pod).or_else(|| ready().next())
}

fn program_for(found: &KubernetesFound, node: &str) -> Result<&'static [u8], ShownError> {
    let architecture = found
        .architectures
        .get(node)
        .map_or("amd64", String::as_str);
    node_helper::Architecture::from_name(architecture)
        .and_then(node_helper::binary)
        .ok_or_else(|| {
            ShownError::failed(format!(
                "no helper program for nodes of architecture \"{architecture}\" is built in"
            ))
        })
}

async fn material(
    helper: &HelperPod,
    paths: &[String; 3],
    node: &str,
) -> Result<Option<TlsMaterial>, ShownError> {
    let [ca, cert, key] = paths;
    let words = [
        "read",
        ca,
        "--if-there",
        "--",
        "read",
        cert,
        "--if-there",
        "--",
        "read",
        key,
        "--if-there",
    ];
    let lines = helper.run(&words, None, DEADLINE).await?;
    let pem = |path: &String| {
        let text = node_helper::read_content(&lines, path)?;
        Some(Pem {
            origin: format!("{path} on node {node}"),
            text,
        })
    };
    Ok(match (pem(ca), pem(cert), pem(key)) {
        (Some(ca), Some(cert), Some(key)) => Some(TlsMaterial {
            ca: Some(ca),
            cert: Some(cert),
            key: Some(key),
            insecure: false,
        }),
        _ => None,
    })
}
