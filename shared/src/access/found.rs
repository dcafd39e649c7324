// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;

use tokio::sync::mpsc;

use super::api::etcdctl::PodAsker;
use super::topology_cache::CacheKeys;
use super::{Login, Settings};
use crate::error::ShownError;
use crate::etcd::{Dialer, Endpoint, StreamFactory};
use crate::model::{
    AccessReport, KubernetesObservation, ListedMember, ManifestFolder, ProcessObservation,
};
use crate::net::{TlsMaterial, client_config};

/// A way into etcd, ready to be used: what the sources found.
///
/// Slow or dead parts of the discovery do not hold up the rest: what is still on its way comes
/// through the channels.
pub struct Access {
    /// How etcd is reached.
    pub report: AccessReport,
    /// Endpoints to ask first.
    pub seeds: Vec<Endpoint>,
    /// Certificates for etcd; keys stay in memory.
    pub tls: TlsMaterial,
    /// Streams to the members other than plain TCP, such as port-forwards.
    pub streams: Option<Arc<dyn StreamFactory>>,
    /// Where there are no connections at all: etcdctl in the members' pods.
    pub etcdctl: Option<PodAsker>,
    /// etcd user.
    pub login: Option<Login>,
    /// Processes that run etcd, as the engines and nodes report them.
    pub processes: mpsc::UnboundedReceiver<Arrival<ProcessObservation>>,
    /// The Kubernetes side, where it is asked.
    pub kubernetes: Option<mpsc::UnboundedReceiver<Arrival<KubernetesObservation>>>,
    /// The kubelets' manifest folders that could be read.
    pub manifest_folders: Vec<ManifestFolder>,
    /// Members known from configuration or from the cache, for when no member answers.
    pub expected: Vec<ListedMember>,
    /// What the topology is remembered by.
    pub cache_keys: CacheKeys,
    /// The settings.
    pub settings: Arc<Settings>,
}

impl Access {
    /// What opens connections to the members.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub fn dialer(&self) -> Result<Dialer, ShownError> {
        let tls = Arc::new(client_config(&self.tls)?);
        let dialer = Dialer::new(tls, self.settings.dial_timeout);
        Ok(match &self.streams {
            Some(streams) => dialer.over(Arc::clone(streams)),
            None => dialer,
        })
    }
}

/// Something that a source found, or why it found nothing.
#[derive(Debug)]
pub enum Arrival<T> {
    /// Found.
    Found(T),
    /// Not found: the place asked and the reason.
    Missing {
        /// The place, such as an engine's address.
        place: String,
        /// The reason.
        error: ShownError,
    },
}
