use std::sync::Arc;

use tokio::sync::mpsc;

use super::topology_cache::CacheKeys;
use super::{Login, Settings};
use crate::error::ShownError;
use crate::etcd::Endpoint;
use crate::model::{AccessReport, KubernetesObservation, ListedMember, ProcessObservation};
use crate::net::TlsMaterial;

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
    /// etcd user.
    pub login: Option<Login>,
    /// Processes that run etcd, as the engines and nodes report them.
    pub processes: mpsc::UnboundedReceiver<Arrival<ProcessObservation>>,
    /// The Kubernetes side, where it is asked.
    pub kubernetes: Option<mpsc::UnboundedReceiver<Arrival<KubernetesObservation>>>,
    /// Members known from configuration or from the cache, for when no member answers.
    pub expected: Vec<ListedMember>,
    /// What the topology is remembered by.
    pub cache_keys: CacheKeys,
    /// The settings.
    pub settings: Arc<Settings>,
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
