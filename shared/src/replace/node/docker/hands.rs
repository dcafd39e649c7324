// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use node_helper::Outcome;
use serde_json::{Value, json};

use super::names;
use crate::docker::{Engine, EngineError, LogStream};
use crate::replace::node::NodeError;
use crate::replace::node::hands::HelperHands;

/// Where the helper lies in its container.
const PROGRAM: &str = "/.kubectl-etcd-helper";
/// Where content to be written lies in its container.
const CONTENT: &str = "/.kubectl-etcd-content";
/// A look or a rename takes milliseconds; walking a huge folder or a slow disk takes longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How often the holder's first words are looked for, and how long after each look.
const HOLDER_LOOKS: u32 = 200;
const HOLDER_PAUSE: Duration = Duration::from_millis(50);

/// Runs the helper in short-lived containers of the image that etcd itself runs.
pub struct DockerHands<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// What and where, for messages.
    pub place: String,
    /// Name of the container that holds the lock on the database.
    pub holder: String,
    /// Image id (`sha256:…`).
    pub image: String,
    /// Run id, for the label.
    pub run: &'a str,
    /// The program.
    pub program: Vec<u8>,
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

impl HelperHands for DockerHands<'_> {
    fn place(&self) -> &str {
        &self.place
    }

    fn run<'a>(
        &'a self,
        words: &'a [&'a str],
        content: Option<&'a [u8]>,
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            let run = self.once(PROGRAM, words, content).await?;
            let lines = node_helper::parse(&run.stdout).map_err(|error| self.unexpected(error))?;
            if lines.is_empty() {
                return Err(self.unexpected(format!(
                    "the helper program could not run (exit code {}): {}",
                    run.code,
                    run.stderr.trim()
                )));
            }
            Ok(lines)
        })
    }

    fn content_path(&self) -> &str {
        CONTENT
    }

    fn program_version<'a>(
        &'a self,
        program: &'a str,
    ) -> LocalBoxFuture<'a, Result<String, NodeError>> {
        Box::pin(async move { Ok(self.once(program, &["--version"], None).await?.stdout) })
    }

    fn start_holder<'a>(
        &'a self,
        words: &'a [&'a str],
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            let created = self.create(Some(&self.holder), PROGRAM, words, None).await;
            let id = match created {
                // One that ended, or that runs already, has the name.
                Err(NodeError::Engine(EngineError::InConflict { .. })) => {
                    if self.holder_runs().await? {
                        return Ok(Vec::new());
                    }
                    self.end_holder().await?;
                    self.create(Some(&self.holder), PROGRAM, words, None)
                        .await?
                }
                created => created?,
            };
            self.engine.start_container(&id).await?;
            self.first_words().await
        })
    }

    fn holder_runs(&self) -> LocalBoxFuture<'_, Result<bool, NodeError>> {
        Box::pin(async move {
            match self.engine.inspect_container(&self.holder).await {
                Ok(inspect) => Ok(inspect["State"]["Running"].as_bool() == Some(true)),
                Err(EngineError::NotFound { .. }) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn end_holder(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(async move {
            match self.engine.remove_container(&self.holder, true, true).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

impl DockerHands<'_> {
    /// What the holder says once it has tried.
    async fn first_words(&self) -> Result<Vec<Outcome>, NodeError> {
        for _ in 0..HOLDER_LOOKS {
            let lines = self.engine.logs_tail(&self.holder, 10, None).await?;
            let text: String = lines
                .iter()
                .map(|line| format!("{}\n", line.text))
                .collect();
            let said = node_helper::parse(&text).map_err(|error| self.unexpected(error))?;
            if !said.is_empty() {
                return Ok(said);
            }
            tokio::time::sleep(HOLDER_PAUSE).await;
        }
        Err(self.unexpected("the holder of the database's lock did not start"))
    }

    /// Runs any program of the image once; nothing of it stays.
    async fn once(
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

    async fn create(
        &self,
        name: Option<&str>,
        program: &str,
        words: &[&str],
        content: Option<&[u8]>,
    ) -> Result<String, NodeError> {
        let request = json!({
            "Image": &self.image,
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
        let put = match archive(&self.program, content) {
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
            place: self.place.clone(),
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
