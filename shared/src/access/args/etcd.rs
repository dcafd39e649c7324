// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use super::group::push;
use crate::access::parse_duration;

/// etcdctl's flags, by etcdctl's names. The environment (`ETCDCTL_*`) is read by
/// [`crate::access::Settings`], because an explicit flag of any kind beats it.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "etcd access")]
pub struct EtcdArgs {
    /// etcd client endpoints, separated by commas [env: ETCDCTL_ENDPOINTS]
    #[arg(long, value_name = "URL", value_delimiter = ',')]
    pub endpoints: Vec<String>,
    /// CA that signed etcd's server certificates [env: ETCDCTL_CACERT]
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Client certificate for etcd [env: ETCDCTL_CERT]
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Key of the client certificate [env: ETCDCTL_KEY]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// etcd user, with password after a colon if it is not given otherwise [env: ETCDCTL_USER]
    #[arg(long, value_name = "NAME[:PASSWORD]")]
    pub user: Option<String>,
    /// Password of the etcd user [env: ETCDCTL_PASSWORD]
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Accept any server certificate of etcd (not of the API server) [env: ETCDCTL_INSECURE_SKIP_TLS_VERIFY]
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Time allowed for a connection to a member [env: ETCDCTL_DIAL_TIMEOUT] [default: 2s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub dial_timeout: Option<Duration>,
    /// Time allowed for one call to a member [env: ETCDCTL_COMMAND_TIMEOUT] [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub command_timeout: Option<Duration>,
}

impl EtcdArgs {
    pub(super) fn push_flags(&self, flags: &mut Vec<String>) {
        if !self.endpoints.is_empty() {
            push(flags, "--endpoints", &self.endpoints.join(","));
        }
        let files = [
            ("--cacert", &self.cacert),
            ("--cert", &self.cert),
            ("--key", &self.key),
        ];
        for (flag, file) in files {
            if let Some(file) = file {
                push(flags, flag, &file.to_string_lossy());
            }
        }
        if let Some(user) = &self.user {
            // The name only: what follows the colon is the password.
            push(flags, "--user", user.split(':').next().unwrap_or_default());
        }
        if self.insecure_skip_tls_verify {
            flags.push("--insecure-skip-tls-verify".to_owned());
        }
    }
}
