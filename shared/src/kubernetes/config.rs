// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::KubeError;

/// Which cluster is meant: kubectl's flags.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--kube-cluster`.
    pub cluster: Option<String>,
    /// `--kube-user`.
    pub user: Option<String>,
    /// `--as`.
    pub impersonate: Option<String>,
    /// `--as-group`.
    pub impersonate_groups: Vec<String>,
    /// `--kube-insecure-skip-tls-verify`.
    pub insecure: bool,
    /// Time allowed for a connection.
    pub connect_timeout: Option<Duration>,
    /// Time allowed for a request; `None` = no limit.
    pub request_timeout: Option<Duration>,
}

/// A chosen API server.
#[derive(Clone)]
pub struct KubeTarget {
    /// Its address.
    pub server: String,
    /// The context it came from; `None` inside a pod.
    pub context: Option<String>,
    /// The client.
    pub client: Client,
    /// The same without a limit on how long an answer may take: an exec and a port-forward last as
    /// long as they are used.
    pub streams: Client,
}

/// The current context's name (or the one asked for), without touching the network.
/// `None` where there is no kubeconfig; an error where the one asked for does not exist.
pub fn current_context(selection: &Selection) -> Result<Option<String>, KubeError> {
    let Some(kubeconfig) = read(selection)? else {
        return Ok(None);
    };
    chosen(&kubeconfig, selection).map(Some)
}

/// The names of all contexts; none where there is no kubeconfig.
pub fn context_names(selection: &Selection) -> Result<Vec<String>, KubeError> {
    let contexts = read(selection)?.map(|kubeconfig| kubeconfig.contexts);
    Ok(contexts
        .unwrap_or_default()
        .into_iter()
        .map(|context| context.name)
        .collect())
}

/// Whether the chosen context's user can be used without a program that might ask a person.
pub(super) fn asks_nobody(selection: &Selection) -> bool {
    let Ok(Some(kubeconfig)) = read(selection) else {
        // A pod's own account asks nobody; without a kubeconfig there is nothing else.
        return selection.kubeconfig.is_none();
    };
    let Ok(name) = chosen(&kubeconfig, selection) else {
        return false;
    };
    let context = kubeconfig
        .contexts
        .iter()
        .find(|context| context.name == name);
    let user = selection
        .user
        .clone()
        .or_else(|| context?.context.as_ref()?.user.clone());
    let auth = kubeconfig
        .auth_infos
        .iter()
        .find(|auth| Some(&auth.name) == user.as_ref());
    auth.and_then(|auth| auth.auth_info.as_ref())
        .is_none_or(|auth| auth.exec.is_none() && auth.auth_provider.is_none())
}

fn file_name(selection: &Selection) -> String {
    selection.kubeconfig.as_ref().map_or_else(
        || std::env::var("KUBECONFIG").unwrap_or_else(|_| "~/.kube/config".to_owned()),
        |file| format!("{}", file.display()),
    )
}

fn read(selection: &Selection) -> Result<Option<Kubeconfig>, KubeError> {
    let file = file_name(selection);
    let result = match &selection.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    match result {
        Ok(kubeconfig) => Ok(Some(kubeconfig)),
        // No file at its usual place is no error: kubectl works without one, too.
        Err(kube::config::KubeconfigError::ReadConfig(error, _))
            if selection.kubeconfig.is_none()
                && std::env::var_os("KUBECONFIG").is_none()
                && error.kind() == std::io::ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(kube::config::KubeconfigError::FindPath) if selection.kubeconfig.is_none() => Ok(None),
        Err(error) => Err(KubeError::from_kubeconfig(&file, &error)),
    }
}

fn chosen(kubeconfig: &Kubeconfig, selection: &Selection) -> Result<String, KubeError> {
    let known: Vec<String> = kubeconfig.contexts.iter().map(|c| c.name.clone()).collect();
    let current = kubeconfig
        .current_context
        .clone()
        .filter(|name| !name.is_empty());
    let Some(name) = selection.context.clone().or(current) else {
        return Err(KubeError::NoCurrentContext { known });
    };
    if known.contains(&name) {
        Ok(name)
    } else {
        Err(KubeError::UnknownContext { name, known })
    }
}

impl KubeTarget {
    /// Reads the kubeconfig (else the pod's own account) and makes a client; nothing is sent yet.
    pub async fn load(selection: &Selection) -> Result<Self, KubeError> {
        let (mut config, context) = match read(selection)? {
            Some(kubeconfig) => {
                let context = chosen(&kubeconfig, selection)?;
                let options = KubeConfigOptions {
                    context: Some(context.clone()),
                    cluster: selection.cluster.clone(),
                    user: selection.user.clone(),
                };
                let config = Config::from_custom_kubeconfig(kubeconfig, &options)
                    .await
                    .map_err(|e| KubeError::from_kubeconfig(&file_name(selection), &e))?;
                (config, Some(context))
            }
            None => (
                Config::incluster().map_err(|_| KubeError::NoKubeconfig)?,
                None,
            ),
        };
        if selection.insecure {
            config.accept_invalid_certs = true;
        }
        if selection.impersonate.is_some() {
            config
                .auth_info
                .impersonate
                .clone_from(&selection.impersonate);
        }
        if !selection.impersonate_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(selection.impersonate_groups.clone());
        }
        config.connect_timeout = selection.connect_timeout;
        config.read_timeout = selection.request_timeout;
        let server = config
            .cluster_url
            .to_string()
            .trim_end_matches('/')
            .to_owned();
        let mut endless = config.clone();
        endless.read_timeout = None;
        endless.write_timeout = None;
        let client = |config: Config| {
            Client::try_from(config)
                .map_err(|error| KubeError::from_request(&server, "a client", &error))
        };
        Ok(Self {
            client: client(config)?,
            streams: client(endless)?,
            context,
            server: server.clone(),
        })
    }
}
