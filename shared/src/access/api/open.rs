// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::certificates::{self, Unread};
use super::etcdctl::PodAsker;
use super::{PodStreams, helper, reach};
use crate::access::Settings;
use crate::error::ShownError;
use crate::etcd::StreamFactory;
use crate::kubernetes::discovery::{Discovered, Runs};
use crate::kubernetes::helper_pod::HelperStreams;
use crate::kubernetes::{EtcdPod, KubeTarget, KubernetesFound};
use crate::model::Via;
use crate::net::TlsMaterial;

/// How the members are reached where only the Kubernetes API told of them.
pub struct ApiWay {
    /// The way.
    pub via: Via,
    /// Certificates.
    pub tls: TlsMaterial,
    /// Streams other than plain TCP.
    pub streams: Option<Arc<dyn StreamFactory>>,
    /// etcdctl in the pods instead of connections.
    pub etcdctl: Option<PodAsker>,
    /// Things that deserve a word.
    pub notes: Vec<String>,
}

impl ApiWay {
    /// Plain connections with these certificates.
    pub fn straight(tls: TlsMaterial, settings: &Settings) -> Self {
        let has_certificate = tls.cert.is_some();
        let way = Self {
            via: Via::Api,
            tls,
            streams: None,
            etcdctl: None,
            notes: Vec::new(),
        };
        noted_if_bare(way, settings, has_certificate)
    }
}

/// Chooses among the ways: with certificates straight, else through port-forward; without, the
/// certificates out of a pod that has a shell; else the pods' own etcdctl.
///
/// # Errors
/// The way that was forced cannot be gone.
pub async fn open(
    settings: &Settings,
    target: &Arc<KubeTarget>,
    found: &KubernetesFound,
    given: TlsMaterial,
) -> Result<ApiWay, ShownError> {
    let etcd = &found.etcd;
    if settings.via == Some(Via::ApiHelper) {
        return by_helper(settings, target, found, given).await;
    }
    let forced = settings.via.filter(|via| *via != Via::Api);
    if forced.is_some() && etcd.pods.is_empty() {
        return Err(no_pods(settings.via, etcd));
    }
    let mut way = ApiWay {
        via: Via::Api,
        tls: given,
        streams: None,
        etcdctl: None,
        notes: Vec::new(),
    };
    if settings.via == Some(Via::ApiExec) {
        return with_etcdctl(settings, target, etcd, way);
    }
    let plain = etcd.endpoints.iter().all(|endpoint| !endpoint.tls) && !etcd.endpoints.is_empty();
    let mut has_certificate = way.tls.cert.is_some() || plain;
    let mut unread = None;
    if !has_certificate && etcd.runs != Runs::External {
        match out_of_a_pod(settings, target, &etcd.pods).await {
            Ok((tls, pod)) => {
                way.tls.ca = way.tls.ca.or(tls.ca);
                way.tls.cert = tls.cert;
                way.tls.key = tls.key;
                way.notes.push(format!(
                    "client certificate read from pod {}/{} into memory",
                    pod.namespace, pod.name
                ));
                has_certificate = true;
            }
            Err(why) => unread = Some(why),
        }
    }
    match settings.via {
        Some(Via::Api) => return Ok(noted_if_bare(way, settings, has_certificate)),
        Some(Via::ApiPortforward) if !has_certificate => {
            return Err(ShownError::unknown(
                "no client certificate for etcd was given, and none came out of its pods",
            )
            .caused_by(unread.unwrap_or_default())
            .hinted("give `--cacert`, `--cert` and `--key`, or take `--via api-exec`"));
        }
        Some(Via::ApiPortforward) => return Ok(through_pods(way, target, etcd)),
        _ => {}
    }
    if has_certificate {
        if etcd.pods.is_empty() || reach::straight(&etcd.endpoints).await {
            return Ok(way);
        }
        return Ok(through_pods(way, target, etcd));
    }
    if etcd.pods.iter().any(EtcdPod::runs) && settings.login.is_none() {
        way.notes.extend(unread);
        return with_etcdctl(settings, target, etcd, way);
    }
    way.notes.extend(unread);
    Ok(noted_if_bare(way, settings, false))
}

fn through_pods(mut way: ApiWay, target: &Arc<KubeTarget>, etcd: &Discovered) -> ApiWay {
    way.via = Via::ApiPortforward;
    way.streams = Some(Arc::new(PodStreams::new(Arc::clone(target), &etcd.pods)));
    way
}

async fn by_helper(
    settings: &Settings,
    target: &Arc<KubeTarget>,
    found: &KubernetesFound,
    given: TlsMaterial,
) -> Result<ApiWay, ShownError> {
    let (pod, tls, node) = helper::open(settings, target, found, &given).await?;
    let has_certificate = tls.cert.is_some();
    let streams = PodStreams::new(Arc::clone(target), &found.etcd.pods);
    let streams = streams.or_by(HelperStreams::new(pod));
    let mut way = ApiWay {
        via: Via::ApiHelper,
        tls,
        streams: Some(Arc::new(streams)),
        etcdctl: None,
        notes: vec![format!(
            "with the help of a pod on node {node}, which is removed at the end"
        )],
    };
    way = noted_if_bare(way, settings, has_certificate);
    Ok(way)
}

fn with_etcdctl(
    settings: &Settings,
    target: &Arc<KubeTarget>,
    etcd: &Discovered,
    mut way: ApiWay,
) -> Result<ApiWay, ShownError> {
    if settings.login.is_some() {
        // The words of an exec stand in the API server's audit log.
        return Err(ShownError::usage(
            "an etcd user and its password cannot be used with etcdctl in a pod",
        )
        .hinted("give `--cacert`, `--cert` and `--key`, or take `--via api-portforward`"));
    }
    way.via = Via::ApiExec;
    way.etcdctl = Some(PodAsker::new(
        Arc::clone(target),
        &etcd.pods,
        settings.dial_timeout,
        settings.command_timeout,
    ));
    Ok(way)
}

/// Without a certificate nothing secret is sent, and the server's own word on what is missing is
/// worth more than a complaint about a CA that nobody gave.
fn noted_if_bare(mut way: ApiWay, settings: &Settings, has_certificate: bool) -> ApiWay {
    if !has_certificate {
        way.tls.insecure |= way.tls.ca.is_none() && settings.login.is_none();
        way.notes.push(
            "no client certificate for etcd was given or found: give --cacert, --cert and --key, \
             or name the nodes' engines with --docker-host ssh://root@{address}"
                .to_owned(),
        );
    }
    way
}

/// Certificates out of the first pod that gives them, all asked at once: the kubelet of a broken
/// node may keep one waiting. Else why not, in words.
async fn out_of_a_pod<'a>(
    settings: &Settings,
    target: &KubeTarget,
    pods: &'a [EtcdPod],
) -> Result<(TlsMaterial, &'a EtcdPod), String> {
    let deadline = settings.command_timeout + settings.dial_timeout;
    let mut asked: FuturesUnordered<_> = pods
        .iter()
        .filter(|pod| pod.runs())
        .map(|pod| async move { (certificates::read(target, pod, deadline).await, pod) })
        .collect();
    let mut said = None;
    while let Some((answer, pod)) = asked.next().await {
        let place = format!("pod {}/{}", pod.namespace, pod.name);
        let why = match answer {
            Ok(tls) => return Ok((tls, pod)),
            Err(Unread::NoShell) => {
                format!("the image of {place} has no shell: its certificates cannot be read")
            }
            Err(Unread::NoFiles) => {
                format!("{place} has no client certificate where it was looked for")
            }
            Err(Unread::Refused(error)) => error.to_string(),
        };
        said = said.or(Some(why));
    }
    Err(said.unwrap_or_else(|| "no etcd pod runs".to_owned()))
}

fn no_pods(via: Option<Via>, etcd: &Discovered) -> ShownError {
    let via = via.map(|via| via.to_string()).unwrap_or_default();
    ShownError::unknown(format!("`--via {via}` needs etcd pods, and there are none"))
        .caused_by(format!("etcd is {}", etcd.what))
        .hinted("give `--endpoints` with `--cacert`, `--cert` and `--key`, or `--docker-host`")
}
