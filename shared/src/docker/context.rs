// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{DockerHost, EngineError};
use crate::net::{Pem, TlsMaterial};

/// A docker context: a named engine stored in docker's configuration folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The context's name.
    pub name: String,
    /// Its engine.
    pub host: DockerHost,
    /// Its TLS settings; `None` where it has none.
    pub tls: Option<TlsMaterial>,
}

/// The folder that docker keeps a context's files in: the SHA-256 of its name
/// (docker/cli `cli/context/store/store.go`).
fn context_id(name: &str) -> String {
    Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Loads the context `name` from docker's configuration folder.
pub fn load_context(config_dir: &Path, name: &str) -> Result<Context, EngineError> {
    let id = context_id(name);
    let meta = config_dir.join("contexts/meta").join(&id).join("meta.json");
    let text = match std::fs::read_to_string(&meta) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(EngineError::NoContext {
                name: name.to_owned(),
                folder: config_dir.display().to_string(),
            });
        }
        Err(error) => return Err(unusable(&meta, &error.to_string())),
    };
    let (host, skip_verify) = parse_meta(&text).map_err(|why| unusable(&meta, &why))?;
    let tls_dir = config_dir.join("contexts/tls").join(&id).join("docker");
    let tls = load_tls(&tls_dir, skip_verify)?;
    Ok(Context {
        name: name.to_owned(),
        host,
        tls,
    })
}

fn unusable(path: &Path, why: &str) -> EngineError {
    EngineError::ConfigFile {
        path: path.display().to_string(),
        why: why.to_owned(),
    }
}

/// The engine's address and `SkipTLSVerify` of a `meta.json`.
fn parse_meta(text: &str) -> Result<(DockerHost, bool), String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let endpoint = value
        .pointer("/Endpoints/docker")
        .ok_or("it has no docker endpoint")?;
    let host = endpoint
        .get("Host")
        .and_then(|host| host.as_str())
        .unwrap_or_default();
    let skip = endpoint
        .get("SkipTLSVerify")
        .and_then(|skip| skip.as_bool())
        .unwrap_or(false);
    let host = if host.is_empty() {
        DockerHost::default_local()
    } else {
        DockerHost::parse(host).map_err(|error| error.to_string())?
    };
    Ok((host, skip))
}

/// docker uses TLS for a context that has a TLS file or skips the check, else none.
fn load_tls(folder: &Path, skip_verify: bool) -> Result<Option<TlsMaterial>, EngineError> {
    let load = |role: &'static str, name: &str| -> Result<Option<Pem>, EngineError> {
        let path: PathBuf = folder.join(name);
        if path.exists() {
            Ok(Some(Pem::load(role, &path)?))
        } else {
            Ok(None)
        }
    };
    let material = TlsMaterial {
        ca: load("CA", "ca.pem")?,
        cert: load("certificate", "cert.pem")?,
        key: load("key", "key.pem")?,
        insecure: skip_verify,
    };
    let none = material.ca.is_none() && material.cert.is_none() && material.key.is_none();
    Ok(if none && !skip_verify {
        None
    } else {
        Some(material)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_found_by_the_hash_of_its_name() -> Result<(), Box<dyn std::error::Error>> {
        let home = tempfile::tempdir()?;
        // printf %s node-1 | sha256sum
        let id = "35971be6e9bb024a895582fe0e42e04848a86da550aaef0fccbfba86f99f617d";
        let folder = home.path().join("contexts/meta").join(id);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(
            folder.join("meta.json"),
            r#"{"Name":"node-1","Metadata":{},"Endpoints":{"docker":{"Host":"ssh://root@node-1","SkipTLSVerify":false}}}"#,
        )?;
        let context = load_context(home.path(), "node-1")?;
        assert_eq!(context.host.to_string(), "ssh://root@node-1");
        assert_eq!(context.tls, None);
        let missing = load_context(home.path(), "node-2");
        assert!(matches!(missing, Err(EngineError::NoContext { name, .. }) if name == "node-2"));
        std::fs::write(folder.join("meta.json"), "{")?;
        assert!(matches!(
            load_context(home.path(), "node-1"),
            Err(EngineError::ConfigFile { .. })
        ));
        Ok(())
    }
}
