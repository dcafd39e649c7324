// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::{AttachParams, AttachedProcess};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::kubernetes::{KubeError, KubeTarget};

/// How much of each stream waits in memory.
const BUFFER_BYTES: usize = 256 * 1024;

/// What a program in a pod left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecOutput {
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: String,
    /// Its exit code; nothing where the runtime could not start it.
    pub code: Option<i32>,
    /// What the API server said of its end.
    pub message: String,
}

impl ExecOutput {
    /// Whether it ended with 0.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }
}

/// A program that runs in a container of a pod.
pub struct Execution<'a> {
    /// Namespace.
    pub namespace: &'a str,
    /// Pod.
    pub pod: &'a str,
    /// Container.
    pub container: &'a str,
}

impl Execution<'_> {
    fn what(&self) -> String {
        format!("an exec in pod {}/{}", self.namespace, self.pod)
    }
}

/// Starts a program; its streams are the caller's.
///
/// # Errors
/// The API server or the kubelet refuses; the container does not run.
pub async fn start(
    target: &KubeTarget,
    at: &Execution<'_>,
    words: &[&str],
    stdin: bool,
) -> Result<AttachedProcess, KubeError> {
    let pods: Api<Pod> = Api::namespaced(target.streams.clone(), at.namespace);
    let params = AttachParams::default()
        .container(at.container)
        .stdin(stdin)
        .stdout(true)
        .stderr(true)
        .tty(false)
        .max_stdin_buf_size(BUFFER_BYTES)
        .max_stdout_buf_size(BUFFER_BYTES)
        .max_stderr_buf_size(BUFFER_BYTES);
    pods.exec(at.pod, words.iter().copied(), &params)
        .await
        .map_err(|error| KubeError::from_request(&target.server, &at.what(), &error))
}

/// Runs a program to its end. What it is given on stdin is exactly these bytes: the stream cannot be
/// closed from here on older servers, so the program must know where they end.
///
/// # Errors
/// As [`start`]; it does not end within the deadline.
pub async fn exec(
    target: &KubeTarget,
    at: &Execution<'_>,
    words: &[&str],
    stdin: Option<&[u8]>,
    deadline: Duration,
) -> Result<ExecOutput, KubeError> {
    let run = async {
        let mut process = start(target, at, words, stdin.is_some()).await?;
        let status = process.take_status();
        let writer = process.stdin();
        let (stdout, stderr) = (process.stdout(), process.stderr());
        let feed = async {
            if let (Some(mut writer), Some(bytes)) = (writer, stdin) {
                // A program that ends early says why itself.
                let _ = writer.write_all(bytes).await;
                let _ = writer.flush().await;
                // Held until the program has ended: on newer servers a drop closes the stream.
                return Some(writer);
            }
            None
        };
        let read_out = async {
            let mut bytes = Vec::new();
            if let Some(mut stdout) = stdout {
                let _ = stdout.read_to_end(&mut bytes).await;
            }
            bytes
        };
        let read_err = async {
            let mut bytes = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_end(&mut bytes).await;
            }
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (fed, stdout, stderr) = tokio::join!(feed, read_out, read_err);
        let status = match status {
            Some(status) => status.await,
            None => None,
        };
        drop(fed);
        let (code, message) = outcome(status.as_ref());
        Ok(ExecOutput {
            stdout,
            stderr,
            code,
            message,
        })
    };
    timeout(deadline, run).await.unwrap_or_else(|_| {
        Err(KubeError::TimedOut {
            server: target.server.clone(),
            what: at.what(),
            seconds: deadline.as_secs(),
        })
    })
}

/// The exit code and the words of the status that ends an exec
/// (k8s.io/apimachinery Status with the cause `ExitCode`).
fn outcome(status: Option<&Status>) -> (Option<i32>, String) {
    let Some(status) = status else {
        return (None, "it ended without a status".to_owned());
    };
    if status.status.as_deref() == Some("Success") {
        return (Some(0), String::new());
    }
    let causes = status
        .details
        .iter()
        .flat_map(|d| d.causes.iter().flatten());
    let code = causes
        .filter(|cause| cause.reason.as_deref() == Some("ExitCode"))
        .find_map(|cause| cause.message.as_ref()?.parse().ok());
    (code, status.message.clone().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exit_codes_are_told_from_programs_that_never_ran() {
        let read = |value| outcome(Some(&serde_json::from_value::<Status>(value).unwrap()));
        assert_eq!(read(json!({"status": "Success"})), (Some(0), String::new()));
        let ended = json!({"status": "Failure", "reason": "NonZeroExitCode",
            "message": "command terminated with non-zero exit code",
            "details": {"causes": [{"reason": "ExitCode", "message": "3"}]}});
        assert_eq!(read(ended).0, Some(3));
        let absent =
            json!({"status": "Failure", "message": "exec: \"sh\": executable file not found"});
        assert_eq!(read(absent).0, None);
    }
}
