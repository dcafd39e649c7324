// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::str::FromStr;

use super::group::push;

/// Docker's side of the access flags.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Docker access")]
pub struct DockerArgs {
    /// Docker engine of a node (can be repeated); {address} and {node} stand for each node's own,
    /// as in ssh://root@{address}
    #[arg(long, value_name = "[NODE=]URL", verbatim_doc_comment)]
    pub docker_host: Vec<DockerHostArg>,
    /// Docker context whose engine runs etcd
    #[arg(long, value_name = "NAME")]
    pub docker_context: Option<String>,
}

/// One `--docker-host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerHostArg {
    /// The node that the engine belongs to, where it is said.
    pub node: Option<String>,
    /// `unix://`, `ssh://` or `tcp://` address; may hold `{address}` and `{node}`.
    pub url: String,
}

impl DockerHostArg {
    /// Whether it stands for every node.
    pub fn is_pattern(&self) -> bool {
        self.url.contains("{address}") || self.url.contains("{node}")
    }

    /// The address for one node.
    pub fn expand(&self, node: &str, address: &str) -> String {
        self.url
            .replace("{address}", address)
            .replace("{node}", node)
    }
}

impl FromStr for DockerHostArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `NODE=` comes before the scheme; an address itself holds no `=` before `://`.
        let (node, url) = match text.split_once('=') {
            Some((node, url)) if !node.contains("://") => (Some(node.to_owned()), url),
            _ => (None, text),
        };
        if node.as_deref() == Some("") {
            return Err("the node's name before `=` is empty".to_owned());
        }
        let known = ["unix://", "ssh://", "tcp://", "http://", "https://"];
        if known
            .iter()
            .any(|scheme| url.starts_with(scheme) && url.len() > scheme.len())
        {
            Ok(Self {
                node,
                url: url.to_owned(),
            })
        } else if url.starts_with('/') {
            Ok(Self {
                node,
                url: format!("unix://{url}"),
            })
        } else {
            Err("it must be unix://PATH, ssh://[USER@]HOST or tcp://HOST:PORT".to_owned())
        }
    }
}

impl fmt::Display for DockerHostArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some(node) => write!(f, "{node}={}", self.url),
            None => f.write_str(&self.url),
        }
    }
}

impl DockerArgs {
    pub(super) fn push_flags(&self, flags: &mut Vec<String>) {
        for host in &self.docker_host {
            push(flags, "--docker-host", &host.to_string());
        }
        if let Some(context) = &self.docker_context {
            push(flags, "--docker-context", context);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_hosts_are_read() {
        let cases = [
            (
                "unix:///run/docker.sock",
                Some((None, "unix:///run/docker.sock")),
            ),
            ("/run/docker.sock", Some((None, "unix:///run/docker.sock"))),
            (
                "n1=ssh://root@10.0.0.1",
                Some((Some("n1"), "ssh://root@10.0.0.1")),
            ),
            ("ssh://root@{address}", Some((None, "ssh://root@{address}"))),
            ("n1", None),
            ("=unix:///x", None),
            ("ftp://x", None),
            ("ssh://", None),
        ];
        for (text, want) in cases {
            let got = text.parse::<DockerHostArg>().ok();
            let got = got.as_ref().map(|h| (h.node.as_deref(), h.url.as_str()));
            assert_eq!(got, want, "{text}");
        }
    }
}
