// SPDX-License-Identifier: Apache-2.0

//! etcd's side: observing it again and again, and clients of single members.

use std::cell::RefCell;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::access::{Access, CacheKeys, Settings, open};
use crate::error::ShownError;
use crate::etcd::{Dialer, Endpoint, EtcdClient, EtcdError, StreamFactory};
use crate::model::{AccessReport, Observation, ProcessObservation, Via};
use crate::net::TlsMaterial;
use crate::observe::{ObserveOptions, observe};

/// A cluster that was reached once and is asked again.
pub struct Cluster {
    settings: Settings,
    known: RefCell<Option<Known>>,
}

/// What the first look taught.
#[derive(Clone)]
struct Known {
    report: AccessReport,
    tls: TlsMaterial,
    streams: Option<Arc<dyn StreamFactory>>,
    login: Option<crate::access::Login>,
    seeds: Vec<Endpoint>,
    processes: Vec<ProcessObservation>,
    cache_keys: CacheKeys,
    kubernetes: Option<crate::model::KubernetesObservation>,
    dialer: Dialer,
}

impl Cluster {
    /// By the access settings of all plugins.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            known: RefCell::new(None),
        }
    }

    /// The access settings in use.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Looks at everything: engines, Kubernetes, every member, HashKV.
    ///
    /// # Errors
    /// No way into etcd was found.
    pub async fn observe_fully(&self) -> Result<Observation, ShownError> {
        let mut access = open(self.settings.clone()).await?;
        if access.etcdctl.is_some() && self.settings.via.is_none() {
            // Without a certificate, health makes do with the pods' own etcdctl; a snapshot and
            // the lock need connections.
            let settings = Settings {
                via: Some(Via::ApiHelper),
                ..self.settings.clone()
            };
            access = open(settings).await?;
        }
        let dialer = access.dialer()?;
        let mut known = Known {
            report: access.report.clone(),
            tls: access.tls.clone(),
            streams: access.streams.clone(),
            login: access.login.clone(),
            seeds: access.seeds.clone(),
            processes: Vec::new(),
            cache_keys: access.cache_keys.clone(),
            kubernetes: None,
            dialer,
        };
        let observation = observe(access, &ObserveOptions::default()).await?;
        for member in &observation.members {
            if let Some(endpoint) = &member.endpoint
                && let Ok(endpoint) = Endpoint::parse(endpoint, true)
                && !known.seeds.contains(&endpoint)
            {
                known.seeds.push(endpoint);
            }
            known.processes.extend(member.process.clone());
        }
        known.kubernetes.clone_from(&observation.kubernetes);
        *self.known.borrow_mut() = Some(known);
        Ok(observation)
    }

    /// Asks the members again, without asking the engines; `hashes` asks HashKV too.
    ///
    /// # Errors
    /// No way into etcd was found.
    pub async fn observe_members(&self, hashes: bool) -> Result<Observation, ShownError> {
        let known = self.known.borrow().clone();
        let Some(known) = known else {
            return self.observe_fully().await;
        };
        let (sender, processes) = mpsc::unbounded_channel();
        for process in known.processes {
            let _ = sender.send(crate::access::Arrival::Found(process));
        }
        drop(sender);
        let access = Access {
            report: known.report,
            seeds: known.seeds,
            tls: known.tls,
            streams: known.streams,
            etcdctl: None,
            manifest_folders: Vec::new(),
            login: known.login,
            processes,
            kubernetes: None,
            expected: Vec::new(),
            cache_keys: known.cache_keys,
            settings: Arc::new(self.settings.clone()),
        };
        let options = ObserveOptions {
            without_hash: !hashes,
            ..ObserveOptions::default()
        };
        let mut observation = observe(access, &options).await?;
        observation.kubernetes = known.kubernetes;
        Ok(observation)
    }

    /// A client of the member at `endpoint`, logged in where a user is given.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn client(&self, endpoint: &str) -> Result<EtcdClient, EtcdError> {
        let endpoint = Endpoint::parse(endpoint, true)?;
        let (dialer, login) = {
            let known = self.known.borrow();
            let Some(known) = known.as_ref() else {
                return Err(EtcdError::BadEndpoint {
                    text: endpoint.to_string(),
                    why: "the cluster was not looked at yet".to_owned(),
                });
            };
            (known.dialer.clone(), known.login.clone())
        };
        let timeout = self.settings.command_timeout;
        let mut client = EtcdClient::connect(&dialer, &endpoint, timeout).await?;
        if let Some(login) = login {
            client.authenticate(&login.name, &login.password).await?;
        }
        Ok(client)
    }
}
