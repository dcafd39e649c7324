// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use super::{Context, DockerHost, EngineError, load_context};
use crate::net::{Pem, TlsMaterial};

/// What the user asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// `-H`, `--host`.
    pub host: Option<String>,
    /// `-c`, `--context`.
    pub context: Option<String>,
    /// `--config`: docker's configuration folder.
    pub config_dir: Option<PathBuf>,
    /// `--tls`: TLS without a check of the server.
    pub tls: bool,
    /// `--tlsverify`: TLS with a check of the server.
    pub tls_verify: bool,
    /// `--tlscacert`.
    pub tls_ca: Option<PathBuf>,
    /// `--tlscert`.
    pub tls_cert: Option<PathBuf>,
    /// `--tlskey`.
    pub tls_key: Option<PathBuf>,
}

/// The parts of the environment that name an engine. An empty variable is an unset one,
/// as for docker.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_CERT_PATH`.
    pub docker_cert_path: Option<PathBuf>,
    /// `DOCKER_TLS` is set.
    pub docker_tls: bool,
    /// `DOCKER_TLS_VERIFY` is set.
    pub docker_tls_verify: bool,
    /// The home folder.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// Reads this process's environment.
    pub fn from_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_config: path("DOCKER_CONFIG"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            docker_tls: path("DOCKER_TLS").is_some(),
            docker_tls_verify: path("DOCKER_TLS_VERIFY").is_some(),
            home: etcetera::home_dir().ok(),
        }
    }
}

/// One engine and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address.
    pub host: DockerHost,
    /// TLS for a TCP address; `None` is plain TCP.
    pub tls: Option<TlsMaterial>,
}

/// An engine and by what it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The engine.
    pub endpoint: Endpoint,
    /// The context's name; `default` where an address was given or nothing was said.
    pub context: String,
}

/// Finds the engine as the docker CLI does (docker/cli `cli/command/cli.go`, resolveContextName):
/// `--context`, `--host`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context of `config.json`,
/// then the local socket.
pub fn resolve(
    options: &EngineOptions,
    environment: &Environment,
) -> Result<Resolved, EngineError> {
    let config_dir = options
        .config_dir
        .clone()
        .or_else(|| environment.docker_config.clone())
        .or_else(|| environment.home.as_ref().map(|home| home.join(".docker")));
    if options.context.is_some() && options.host.is_some() {
        return Err(EngineError::Conflict {
            first: "--host",
            second: "--context",
        });
    }
    // The context "default" is DOCKER_HOST where that is set.
    let host = match options.context.as_deref() {
        Some(name) if name != "default" => None,
        _ => options.host.as_ref().or(environment.docker_host.as_ref()),
    };
    let context = match (&options.context, host) {
        (Some(name), _) => Some(name.clone()),
        (None, Some(_)) => None,
        (None, None) => match &environment.docker_context {
            Some(name) => Some(name.clone()),
            None => config_dir
                .as_deref()
                .map(current_context)
                .transpose()?
                .flatten(),
        },
    };
    match context.filter(|name| name != "default") {
        Some(name) => {
            let folder = config_dir.unwrap_or_else(|| PathBuf::from(".docker"));
            let Context { name, host, tls } = load_context(&folder, &name)?;
            Ok(Resolved {
                endpoint: Endpoint { host, tls },
                context: name,
            })
        }
        None => {
            let host = match host {
                Some(host) if !host.is_empty() => DockerHost::parse(host)?,
                _ => DockerHost::default_local(),
            };
            let tls = match host {
                DockerHost::Tcp { https, .. } => {
                    tls_of_options(options, environment, config_dir.as_deref(), https)?
                }
                _ => None,
            };
            Ok(Resolved {
                endpoint: Endpoint { host, tls },
                context: "default".to_owned(),
            })
        }
    }
}

/// `currentContext` of `config.json`; a missing file has none.
fn current_context(config_dir: &Path) -> Result<Option<String>, EngineError> {
    let path = config_dir.join("config.json");
    let unusable = |why: String| EngineError::ConfigFile {
        path: path.display().to_string(),
        why,
    };
    // A file that cannot be read says nothing about an engine: docker warns and goes on.
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Ok(None);
    };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
    let name = value
        .get("currentContext")
        .and_then(|name| name.as_str())
        .unwrap_or_default();
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}

/// The CLI's rules for `--tls…` and `DOCKER_TLS_VERIFY` (docker/cli `cli/flags/options.go`):
/// a certificate and key that were not named are used only where they exist.
fn tls_of_options(
    options: &EngineOptions,
    environment: &Environment,
    config_dir: Option<&Path>,
    https: bool,
) -> Result<Option<TlsMaterial>, EngineError> {
    let verify = options.tls_verify || environment.docker_tls_verify;
    let named = options.tls_ca.is_some() || options.tls_cert.is_some() || options.tls_key.is_some();
    if !(verify || options.tls || environment.docker_tls || https || named) {
        return Ok(None);
    }
    let insecure = !verify && (options.tls || environment.docker_tls) && options.tls_ca.is_none();
    let folder = environment.docker_cert_path.as_deref().or(config_dir);
    let load = |role: &'static str, named: &Option<PathBuf>, name: &str| {
        let path = match named {
            Some(path) => path.clone(),
            None => match folder
                .map(|folder| folder.join(name))
                .filter(|path| path.exists())
            {
                Some(path) => path,
                None => return Ok(None),
            },
        };
        Pem::load(role, &path).map(Some)
    };
    Ok(Some(TlsMaterial {
        ca: load("CA", &options.tls_ca, "ca.pem")?,
        cert: load("certificate", &options.tls_cert, "cert.pem")?,
        key: load("key", &options.tls_key, "key.pem")?,
        insecure,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(options: &EngineOptions, environment: &Environment) -> Result<String, EngineError> {
        resolve(options, environment).map(|found| found.endpoint.host.to_string())
    }

    #[test]
    fn the_engine_is_chosen_as_docker_chooses_it() -> Result<(), Box<dyn std::error::Error>> {
        let home = tempfile::tempdir()?;
        for (name, host) in [("one", "tcp://one:1"), ("two", "tcp://two:2")] {
            use sha2::{Digest as _, Sha256};
            let id: String = Sha256::digest(name)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let folder = home.path().join("contexts/meta").join(id);
            std::fs::create_dir_all(&folder)?;
            let meta = format!(r#"{{"Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
            std::fs::write(folder.join("meta.json"), meta)?;
        }
        std::fs::write(
            home.path().join("config.json"),
            r#"{"currentContext":"one"}"#,
        )?;
        let config = Some(home.path().to_owned());
        let mut options = EngineOptions::default();
        let mut environment = Environment {
            docker_config: config,
            ..Environment::default()
        };

        assert_eq!(address(&options, &environment)?, "tcp://one:1");
        environment.docker_context = Some("two".to_owned());
        assert_eq!(address(&options, &environment)?, "tcp://two:2");
        environment.docker_host = Some("tcp://env:3".to_owned());
        assert_eq!(address(&options, &environment)?, "tcp://env:3");
        options.context = Some("one".to_owned());
        assert_eq!(address(&options, &environment)?, "tcp://one:1");
        options.context = Some("default".to_owned());
        assert_eq!(address(&options, &environment)?, "tcp://env:3");
        environment.docker_host = None;
        assert_eq!(
            address(&options, &environment)?,
            "unix:///var/run/docker.sock"
        );
        options.host = Some("tcp://flag:4".to_owned());
        assert_eq!(
            address(&options, &environment),
            Err(EngineError::Conflict {
                first: "--host",
                second: "--context"
            })
        );
        options.context = None;
        assert_eq!(address(&options, &environment)?, "tcp://flag:4");
        Ok(())
    }

    #[test]
    fn tls_is_used_only_where_asked_for() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("ca.pem"), "x")?;
        let mut options = EngineOptions {
            host: Some("tcp://h:2376".to_owned()),
            ..EngineOptions::default()
        };
        let mut environment = Environment {
            docker_cert_path: Some(folder.path().to_owned()),
            ..Environment::default()
        };
        assert_eq!(resolve(&options, &environment)?.endpoint.tls, None);
        environment.docker_tls_verify = true;
        let tls = resolve(&options, &environment)?.endpoint.tls;
        assert!(tls.is_some_and(|tls| tls.ca.is_some() && tls.cert.is_none() && !tls.insecure));
        environment.docker_tls_verify = false;
        options.tls = true;
        let tls = resolve(&options, &environment)?.endpoint.tls;
        assert!(tls.is_some_and(|tls| tls.insecure));
        Ok(())
    }
}
