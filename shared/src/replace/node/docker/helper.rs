use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use node_helper::{Architecture, Outcome};
use serde_json::{Value, json};

use super::names;
use crate::docker::{Engine, LogStream};
use crate::replace::node::NodeError;

/// Where the helper lies in its container.
const PROGRAM: &str = "/.kubectl-etcd-helper";
/// Where content to be written lies in its container.
pub const CONTENT: &str = "/.kubectl-etcd-content";
/// A look or a rename takes milliseconds; walking a huge folder or a slow disk takes longer.
const DEADLINE: Duration = Duration::from_secs(120);

/// Where the helper program comes from.
#[derive(Clone, Debug, Default)]
pub struct HelperSource {
    /// `--helper-binary`; else the embedded one for the node's architecture.
    pub file: Option<PathBuf>,
}

impl HelperSource {
    /// The program for an architecture as the engine names it.
    ///
    /// # Errors
    /// One sentence: none is embedded, or the file cannot be read.
    pub fn program(&self, architecture: &str) -> Result<Vec<u8>, String> {
        if let Some(file) = &self.file {
            return std::fs::read(file)
                .map_err(|error| format!("cannot read the helper program {file:?}: {error}"));
        }
        Architecture::from_name(architecture)
            .and_then(node_helper::binary)
            .map(<[u8]>::to_vec)
            .ok_or_else(|| {
                format!(
                    "no helper program for nodes of architecture \"{architecture}\" is built in"
                )
            })
    }
}

/// Runs the helper in short-lived containers of the image that etcd itself runs.
pub struct HelperRunner<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// What and where, for errors.
    pub place: &'a str,
    /// Image id (`sha256:…`).
    pub image: &'a str,
    /// Run id, for the label.
    pub run: &'a str,
    /// The program.
    pub program: &'a [u8],
    /// `HostConfig.Mounts` entries.
    pub mounts: Vec<Value>,
}

/// What a helper container did.
pub struct HelperRun {
    /// Exit code.
    pub code: i64,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl HelperRunner<'_> {
    /// Runs commands (words, with `--` between commands) and reads the helper's lines.
    pub async fn commands(
        &self,
        words: &[&str],
        content: Option<&[u8]>,
    ) -> Result<Vec<Outcome>, NodeError> {
        let run = self.run(PROGRAM, words, content).await?;
        let lines = node_helper::parse(&run.stdout).map_err(|error| self.unexpected(error))?;
        if lines.is_empty() {
            return Err(self.unexpected(format!(
                "the helper program could not run (exit code {}): {}",
                run.code,
                run.stderr.trim()
            )));
        }
        Ok(lines)
    }

    /// Runs any program of the image once; nothing of it stays.
    pub async fn run(
        &self,
        program: &str,
        words: &[&str],
        content: Option<&[u8]>,
    ) -> Result<HelperRun, NodeError> {
        let id = self.create(None, program, words, content).await?;
        let ran = self.finish(&id).await;
        // Ours, and its anonymous volumes (an image's VOLUME) with it.
        let removed = self.engine.remove_container(&id, true, true).await;
        let ran = ran?;
        removed?;
        Ok(ran)
    }

    async fn finish(&self, id: &str) -> Result<HelperRun, NodeError> {
        self.engine.start_container(id).await?;
        let ended = self.engine.wait_container(id, false, DEADLINE).await?;
        let mut run = HelperRun {
            code: ended.code,
            stdout: String::new(),
            stderr: String::new(),
        };
        for line in self.engine.logs_tail(id, 100_000, None).await? {
            let text = match line.stream {
                LogStream::Stdout => &mut run.stdout,
                LogStream::Stderr => &mut run.stderr,
            };
            text.push_str(&line.text);
            text.push('\n');
        }
        Ok(run)
    }

    /// Starts a helper that keeps running under a name, such as the one that holds a lock.
    pub async fn start_named(&self, name: &str, words: &[&str]) -> Result<(), NodeError> {
        let id = self.create(Some(name), PROGRAM, words, None).await?;
        Ok(self.engine.start_container(&id).await?)
    }

    async fn create(
        &self,
        name: Option<&str>,
        program: &str,
        words: &[&str],
        content: Option<&[u8]>,
    ) -> Result<String, NodeError> {
        let request = json!({
            "Image": self.image,
            "Entrypoint": [program],
            "Cmd": words,
            "User": "0",
            "WorkingDir": "/",
            "NetworkDisabled": true,
            "Healthcheck": { "Test": ["NONE"] },
            // The first process of a container ignores every signal without a handler but this one.
            "StopSignal": "SIGKILL",
            "Labels": { names::LABEL: self.run },
            "HostConfig": {
                "NetworkMode": "none",
                "Mounts": self.mounts,
                "SecurityOpt": ["label=disable"],
                "RestartPolicy": { "Name": "no", "MaximumRetryCount": 0 },
                // The engine's default driver may be one that cannot be read back.
                "LogConfig": { "Type": "json-file", "Config": {} },
            },
        });
        let created = self.engine.create_container(name, &request).await?;
        let put = match archive(self.program, content) {
            Ok(tar) => self.engine.put_archive(&created.id, "/", tar).await,
            Err(error) => {
                let _ = self.engine.remove_container(&created.id, true, true).await;
                return Err(self.unexpected(error));
            }
        };
        if let Err(error) = put {
            let _ = self.engine.remove_container(&created.id, true, true).await;
            return Err(error.into());
        }
        Ok(created.id)
    }

    fn unexpected(&self, why: impl std::fmt::Display) -> NodeError {
        NodeError::Unexpected {
            place: self.place.to_owned(),
            why: why.to_string(),
        }
    }
}

fn archive(program: &[u8], content: Option<&[u8]>) -> std::io::Result<Bytes> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |path: &str, mode: u32, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_cksum();
        tar.append_data(&mut header, path.trim_start_matches('/'), bytes)
    };
    add(PROGRAM, 0o755, program)?;
    if let Some(content) = content {
        add(CONTENT, 0o600, content)?;
    }
    Ok(tar.into_inner()?.into())
}

/// The first failure among the helper's lines, as an error.
pub fn check(place: &str, lines: Vec<Outcome>) -> Result<Vec<Outcome>, NodeError> {
    for line in &lines {
        match line {
            Outcome::Failed {
                command,
                path,
                tried,
                errno,
                ..
            } => {
                return Err(NodeError::Helper {
                    place: place.to_owned(),
                    tried: format!("{command} ({tried})"),
                    path: path.clone(),
                    why: std::io::Error::from_raw_os_error(*errno).to_string(),
                });
            }
            Outcome::Usage => {
                return Err(NodeError::Unexpected {
                    place: place.to_owned(),
                    why: "the helper program does not know the command: it is of another version"
                        .to_owned(),
                });
            }
            _ => {}
        }
    }
    Ok(lines)
}
