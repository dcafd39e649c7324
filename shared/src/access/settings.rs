// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use super::args::{AccessArgs, DockerHostArg};
use super::context_file::ContextFile;
use super::environment::Environment;
use super::parse_duration;
use crate::error::ShownError;
use crate::model::Via;

/// etcdctl's defaults (etcdctl/ctlv3/ctl.go).
const DIAL_TIMEOUT: Duration = Duration::from_secs(2);
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a setting came from; shown in the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// It was not set.
    #[default]
    Unset,
    /// A flag.
    Flag,
    /// The environment.
    Environment,
    /// The file of the kubeconfig context.
    ContextFile,
}

/// Everything that was asked for, merged: flags, then the environment, then the context's file.
/// Pure data; nothing was opened yet.
#[derive(Clone, Debug)]
pub struct Settings {
    /// etcd endpoints.
    pub endpoints: Vec<String>,
    /// Where they came from.
    pub endpoints_origin: Origin,
    /// CA file.
    pub cacert: Option<PathBuf>,
    /// Client certificate file.
    pub cert: Option<PathBuf>,
    /// Client key file.
    pub key: Option<PathBuf>,
    /// etcd user and password.
    pub login: Option<Login>,
    /// Accept any server certificate of etcd.
    pub insecure: bool,
    /// Time allowed for a connection.
    pub dial_timeout: Duration,
    /// Time allowed for one call.
    pub command_timeout: Duration,
    /// Docker engines.
    pub docker_hosts: Vec<DockerHostArg>,
    /// Docker context.
    pub docker_context: Option<String>,
    /// Where the Docker settings came from.
    pub docker_origin: Origin,
    /// kubectl's flags as given.
    pub kube: super::args::KubeArgs,
    /// Whether a kubectl flag was given.
    pub kube_given: bool,
    /// The way that is forced.
    pub via: Option<Via>,
    /// The image of helper pods.
    pub helper_image: Option<String>,
    /// The flags as given, for remedies.
    pub flags: Vec<String>,
}

/// An etcd user. `Debug` never shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub name: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Merges flags, environment and the context's file.
    ///
    /// An explicit flag of any kind beats the environment of another kind: an exported
    /// `ETCDCTL_ENDPOINTS` never wins over `--context prod`. A flag of etcd's own kind (such as
    /// `--cacert`) keeps the rest of etcd's environment.
    pub fn merge(
        args: &AccessArgs,
        environment: &Environment,
        file: Option<&ContextFile>,
    ) -> Result<Self, ShownError> {
        let etcd = &args.etcd;
        let other_kind_given = args.kube.any_given()
            || !args.docker.docker_host.is_empty()
            || args.docker.docker_context.is_some();
        let etcd_env = |name: &str| environment.get(name).filter(|_| !other_kind_given);
        let file_or_default = ContextFile::default();
        let file = file.unwrap_or(&file_or_default);

        let env_endpoints: Vec<String> = etcd_env("ETCDCTL_ENDPOINTS")
            .map(|list| {
                list.split(',')
                    .map(|e| e.trim().to_owned())
                    .filter(|e| !e.is_empty())
                    .collect()
            })
            .unwrap_or_default();
        let (endpoints, endpoints_origin) = first_list([
            (&etcd.endpoints, Origin::Flag),
            (&env_endpoints, Origin::Environment),
            (&file.endpoints, Origin::ContextFile),
        ]);
        let path = |flag: &Option<PathBuf>, name: &str, file: &Option<PathBuf>| {
            flag.clone()
                .or_else(|| etcd_env(name).map(PathBuf::from))
                .or_else(|| file.clone())
        };
        let (docker_hosts, mut docker_origin) = first_list([
            (&args.docker.docker_host, Origin::Flag),
            (&file.docker_hosts, Origin::ContextFile),
        ]);
        let docker_context = args.docker.docker_context.clone();
        if docker_context.is_some() {
            docker_origin = Origin::Flag;
        }
        let insecure = etcd.insecure_skip_tls_verify
            || etcd_env("ETCDCTL_INSECURE_SKIP_TLS_VERIFY").is_some_and(is_true);
        Ok(Self {
            endpoints,
            endpoints_origin,
            cacert: path(&etcd.cacert, "ETCDCTL_CACERT", &file.cacert),
            cert: path(&etcd.cert, "ETCDCTL_CERT", &file.cert),
            key: path(&etcd.key, "ETCDCTL_KEY", &file.key),
            login: login(
                etcd.user.as_deref().or_else(|| etcd_env("ETCDCTL_USER")),
                etcd.password
                    .as_deref()
                    .or_else(|| etcd_env("ETCDCTL_PASSWORD")),
            )?,
            insecure,
            dial_timeout: duration(etcd.dial_timeout, "ETCDCTL_DIAL_TIMEOUT", environment)?
                .unwrap_or(DIAL_TIMEOUT),
            command_timeout: duration(
                etcd.command_timeout,
                "ETCDCTL_COMMAND_TIMEOUT",
                environment,
            )?
            .unwrap_or(COMMAND_TIMEOUT),
            docker_hosts,
            docker_context,
            docker_origin,
            kube: args.kube.clone(),
            kube_given: args.kube.any_given(),
            via: args.via().map(Via::from),
            helper_image: args.helper_image.clone(),
            flags: args.to_flags(),
        })
    }
}

fn first_list<T: Clone, const N: usize>(lists: [(&Vec<T>, Origin); N]) -> (Vec<T>, Origin) {
    let found = lists.into_iter().find(|(list, _)| !list.is_empty());
    found.map_or((Vec::new(), Origin::Unset), |(list, origin)| {
        (list.clone(), origin)
    })
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

fn duration(
    flag: Option<Duration>,
    name: &str,
    environment: &Environment,
) -> Result<Option<Duration>, ShownError> {
    match (flag, environment.get(name)) {
        (Some(flag), _) => Ok(Some(flag)),
        (None, Some(text)) => parse_duration(text)
            .map(Some)
            .map_err(|why| ShownError::usage(format!("the environment variable {name}: {why}"))),
        (None, None) => Ok(None),
    }
}

fn login(user: Option<&str>, password: Option<&str>) -> Result<Option<Login>, ShownError> {
    let Some(user) = user else { return Ok(None) };
    let (name, inline) = match user.split_once(':') {
        Some((name, password)) => (name, Some(password)),
        None => (user, None),
    };
    match password.or(inline) {
        Some(password) => Ok(Some(Login {
            name: name.to_owned(),
            password: password.to_owned(),
        })),
        None => Err(ShownError::usage(format!(
            "the etcd user {name:?} is given without a password"
        ))
        .hinted("set `ETCDCTL_PASSWORD`, or write `--user NAME:PASSWORD`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> AccessArgs {
        use clap::Parser as _;
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            access: AccessArgs,
        }
        Cli::parse_from(std::iter::once("x").chain(words.iter().copied())).access
    }

    #[test]
    fn an_explicit_flag_of_another_kind_beats_the_environment() {
        let env = Environment::of([
            ("ETCDCTL_ENDPOINTS", "https://staging:2379"),
            ("ETCDCTL_CACERT", "/s/ca"),
        ]);
        let cases: [(&[&str], &[&str], bool); 4] = [
            (&[], &["https://staging:2379"], true),
            (&["--context", "prod"], &[], false),
            (&["--docker-host", "ssh://a"], &[], false),
            (
                &["--endpoints", "https://prod:2379"],
                &["https://prod:2379"],
                true,
            ),
        ];
        for (words, endpoints, ca_from_env) in cases {
            let settings = Settings::merge(&args(words), &env, None).unwrap();
            assert_eq!(settings.endpoints, endpoints, "{words:?}");
            assert_eq!(settings.cacert.is_some(), ca_from_env, "{words:?}");
        }
    }

    #[test]
    fn the_flags_for_remedies_never_hold_a_password() {
        let given = args(&[
            "--user",
            "root:s3cret",
            "--password",
            "s3cret",
            "--endpoints",
            "a:1,b:2",
        ]);
        let flags = given.to_flags().join(" ");
        assert_eq!(flags, "--endpoints a:1,b:2 --user root");
        let settings = Settings::merge(&given, &Environment::default(), None).unwrap();
        assert!(!format!("{settings:?}").contains("s3cret"));
    }

    #[test]
    fn a_user_without_a_password_is_a_usage_error() {
        let error = Settings::merge(&args(&["--user", "root"]), &Environment::default(), None);
        assert_eq!(error.unwrap_err().kind(), crate::error::Kind::Usage);
    }
}
