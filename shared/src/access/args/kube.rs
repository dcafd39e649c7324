// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use super::group::push;
use crate::access::parse_duration;

/// kubectl's flags. `--user`, `--cluster` and `--insecure-skip-tls-verify` are etcd's here
/// or could be taken for etcd's: Kubernetes' own carry a prefix, so that one switch never turns
/// off both TLS checks.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Kubernetes access")]
pub struct KubeArgs {
    /// Path to the kubeconfig file to use for CLI requests [env: KUBECONFIG]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The name of the kubeconfig context to use
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The namespace of the etcd pods, where they are not the cluster's own (hosted control
    /// planes, operators)
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Username to impersonate for the operation
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Group to impersonate for the operation (can be repeated)
    #[arg(long = "as-group", value_name = "GROUP")]
    pub as_group: Vec<String>,
    /// The length of time to wait before giving up on a single server request; 0 means no limit
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub request_timeout: Option<Duration>,
    /// The name of the kubeconfig user to use
    #[arg(long, value_name = "NAME")]
    pub kube_user: Option<String>,
    /// The name of the kubeconfig cluster to use
    #[arg(long, value_name = "NAME")]
    pub kube_cluster: Option<String>,
    /// Accept any certificate of the API server (not of etcd)
    #[arg(long)]
    pub kube_insecure_skip_tls_verify: bool,
}

impl KubeArgs {
    /// Whether any of these flags was given.
    pub fn any_given(&self) -> bool {
        let mut flags = Vec::new();
        self.push_flags(&mut flags);
        !flags.is_empty()
    }

    pub(super) fn push_flags(&self, flags: &mut Vec<String>) {
        if let Some(file) = &self.kubeconfig {
            push(flags, "--kubeconfig", &file.to_string_lossy());
        }
        let named = [
            ("--context", &self.context),
            ("--namespace", &self.namespace),
            ("--as", &self.as_user),
            ("--kube-user", &self.kube_user),
            ("--kube-cluster", &self.kube_cluster),
        ];
        for (flag, value) in named {
            if let Some(value) = value {
                push(flags, flag, value);
            }
        }
        for group in &self.as_group {
            push(flags, "--as-group", group);
        }
        if self.kube_insecure_skip_tls_verify {
            flags.push("--kube-insecure-skip-tls-verify".to_owned());
        }
    }
}
