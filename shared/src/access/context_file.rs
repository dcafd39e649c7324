// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde::Deserialize;

use super::args::DockerHostArg;
use crate::error::ShownError;

/// Settings kept for one kubeconfig context: `$XDG_CONFIG_HOME/kubectl-etcd/contexts/NAME.yaml`.
///
/// ```yaml
/// docker-host: ssh://root@{address}
/// cacert: /home/me/prod/ca.pem
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default, from = "Raw")]
pub struct ContextFile {
    /// etcd endpoints.
    pub endpoints: Vec<String>,
    /// CA file.
    pub cacert: Option<PathBuf>,
    /// Client certificate file.
    pub cert: Option<PathBuf>,
    /// Client key file.
    pub key: Option<PathBuf>,
    /// Docker engines; one or a list.
    pub docker_hosts: Vec<DockerHostArg>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Raw {
    endpoints: OneOrMany,
    cacert: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    docker_host: OneOrMany,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => text.split(',').map(|t| t.trim().to_owned()).collect(),
            Self::Many(list) => list,
        }
    }
}

impl From<Raw> for ContextFile {
    fn from(raw: Raw) -> Self {
        // A host that cannot be read is kept as it is: the engine layer names it when it is used.
        let docker_hosts = raw.docker_host.into_vec().into_iter().map(|text| {
            text.parse().unwrap_or(DockerHostArg {
                node: None,
                url: text,
            })
        });
        Self {
            endpoints: raw.endpoints.into_vec(),
            cacert: raw.cacert,
            cert: raw.cert,
            key: raw.key,
            docker_hosts: docker_hosts.collect(),
        }
    }
}

impl ContextFile {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    /// Loads the file of a context; `None` where there is none.
    pub fn load(context: &str) -> Result<Option<Self>, ShownError> {
        match Self::path(context) {
            Some(path) => Self::load_from(&path),
            None => Ok(None),
        }
    }

    /// Loads a file; `None` where it does not exist.
    pub fn load_from(path: &Path) -> Result<Option<Self>, ShownError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(ShownError::usage(format!("cannot read {path:?}")).caused_by(error));
            }
        };
        Self::parse(&text).map(Some).map_err(|why| {
            ShownError::usage(format!("the settings file {path:?} cannot be understood"))
                .caused_by(why)
                .hinted("it knows endpoints, cacert, cert, key and docker-host; see docs/access.md")
        })
    }

    /// Where the file of a context is.
    pub fn path(context: &str) -> Option<PathBuf> {
        let base = etcetera::choose_base_strategy().ok()?;
        Some(
            base.config_dir()
                .join("kubectl-etcd/contexts")
                .join(file_name(context)),
        )
    }
}

/// A context's name may hold slashes and colons (EKS ARNs do): none of them may leave the folder.
fn file_name(context: &str) -> String {
    let safe: String = context
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.@".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{}.yaml", safe.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_file_is_read() {
        let file =
            ContextFile::parse("docker-host: ssh://root@{address}\ncacert: /a/ca.pem\n").unwrap();
        assert_eq!(file.docker_hosts.len(), 1);
        assert!(file.docker_hosts[0].is_pattern());
        assert_eq!(file.cacert, Some(PathBuf::from("/a/ca.pem")));
        let list = ContextFile::parse("docker-host: [n1=unix:///a, n2=unix:///b]\n").unwrap();
        assert_eq!(list.docker_hosts[1].node.as_deref(), Some("n2"));
        assert!(ContextFile::parse("dockerhost: x\n").is_err());
    }

    #[test]
    fn a_context_name_stays_in_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd.yaml");
        assert_eq!(file_name("arn:aws:eks:eu/c"), "arn_aws_eks_eu_c.yaml");
    }
}
