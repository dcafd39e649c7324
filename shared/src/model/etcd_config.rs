// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// etcd's configuration as given to a process: flags win over `ETCD_*` environment
/// (etcd pkg/flags/flag.go), a config file wins over both and excludes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EtcdConfig {
    /// Flag name without dashes → value, such as `initial-cluster-state` → `new`.
    pub flags: BTreeMap<String, String>,
    /// Path of `--config-file`, where that is used.
    pub config_file: Option<String>,
}

impl EtcdConfig {
    /// The value of a flag.
    pub fn get(&self, flag: &str) -> Option<&str> {
        self.flags.get(flag).map(String::as_str)
    }

    /// Whether a boolean flag is set to true (`--force-new-cluster`, `--force-new-cluster=true`).
    pub fn is_true(&self, flag: &str) -> bool {
        matches!(
            self.get(flag),
            Some("true" | "1" | "t" | "T" | "TRUE" | "True" | "")
        )
    }

    /// Reads etcd's configuration from a process's words and its environment.
    ///
    /// `words` is the whole command (with or without the program), `environment` holds `NAME=value`.
    /// Flags win over `ETCD_*` (etcd pkg/flags/flag.go SetFlagsFromEnv); with `--config-file` both
    /// are ignored by etcd (server/embed/config.go), which the caller must take into account.
    pub fn from_command<'a>(
        words: impl IntoIterator<Item = &'a str>,
        environment: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut config = Self::default();
        for pair in environment {
            if let Some((name, value)) = pair.split_once('=')
                && let Some(rest) = name.strip_prefix("ETCD_")
            {
                config.flags.insert(
                    rest.to_ascii_lowercase().replace('_', "-"),
                    value.to_owned(),
                );
            }
        }
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
                continue;
            };
            if flag.is_empty() {
                break;
            }
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => {
                    // Go's flag package: a boolean flag takes no following word.
                    let next = words.next_if(|next| !next.starts_with('-') && !is_boolean(flag));
                    (flag, next.map_or_else(|| "true".to_owned(), str::to_owned))
                }
            };
            config.flags.insert(name.to_owned(), value);
        }
        config.config_file = config.flags.get("config-file").cloned();
        config
    }
}

/// etcd's boolean flags (server/etcdmain/config.go).
fn is_boolean(flag: &str) -> bool {
    matches!(
        flag,
        "force-new-cluster"
            | "client-cert-auth"
            | "peer-client-cert-auth"
            | "auto-tls"
            | "peer-auto-tls"
            | "strict-reconfig-check"
            | "enable-v2"
            | "enable-pprof"
            | "debug"
            | "pre-vote"
            | "initial-election-tick-advance"
            | "experimental-initial-corrupt-check"
            | "unsafe-no-fsync"
            | "version"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_spellings_are_read_and_flags_win() {
        let config = EtcdConfig::from_command(
            [
                "/usr/local/bin/etcd",
                "--name=a",
                "--data-dir",
                "/d",
                "-listen-client-urls",
                "https://x",
                "--force-new-cluster",
                "--client-cert-auth",
                "--initial-cluster-state",
                "new",
            ],
            ["ETCD_NAME=b", "ETCD_INITIAL_CLUSTER_TOKEN=t", "PATH=/x"],
        );
        let got: Vec<_> = config
            .flags
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        assert_eq!(
            got,
            [
                "client-cert-auth=true",
                "data-dir=/d",
                "force-new-cluster=true",
                "initial-cluster-state=new",
                "initial-cluster-token=t",
                "listen-client-urls=https://x",
                "name=a"
            ]
        );
        assert!(config.is_true("force-new-cluster"));
        assert!(
            !EtcdConfig::from_command(["--force-new-cluster=false"], [])
                .is_true("force-new-cluster")
        );
    }
}
