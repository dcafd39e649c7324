// SPDX-License-Identifier: Apache-2.0
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use node_helper::Outcome;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::replace::node::NodeError;
use crate::replace::node::hands::HelperHands;

/// What the helper is called in a list of processes; the one that holds the lock is found by it.
const NAME: &str = "kubectl-etcd-node-helper";
/// A look or a rename takes milliseconds; walking a huge folder or a slow disk takes longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long a killed process may take to be gone.
const GONE_LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Runs the helper as a child process, on the node itself.
pub struct LocalHands {
    /// What and where, for messages.
    pub place: String,
    program: File,
    content: File,
    content_path: String,
}

impl LocalHands {
    /// With this program, which is kept in memory: folders for programs may be read-only, and
    /// others may not allow any.
    ///
    /// # Errors
    /// The kernel gives no such file.
    pub fn new(place: String, program: &[u8]) -> std::io::Result<Self> {
        let flags = rustix::fs::MemfdFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::memfd_create(NAME, flags)?);
        file.write_all(program)?;
        // The program writes where its content comes from only to itself: a child reads it there.
        let content = File::from(rustix::fs::memfd_create("content", flags)?);
        let content_path = format!("/proc/{}/fd/{}", std::process::id(), content.as_raw_fd());
        Ok(Self {
            place,
            program: file,
            content,
            content_path,
        })
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let path = format!("/proc/self/fd/{}", self.program.as_raw_fd());
        let mut command = std::process::Command::new(path);
        command
            .arg0(NAME)
            .args(words)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }

    /// Processes that hold the lock for the tool.
    fn holders() -> Vec<Pid> {
        let begin = format!("{NAME}\0lock\0");
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| {
                let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
                let mut words = Vec::new();
                File::open(entry.path().join("cmdline"))
                    .ok()?
                    .read_to_end(&mut words)
                    .ok()?;
                let is_ours =
                    words.starts_with(begin.as_bytes()) && !words.ends_with(b"\0--test\0");
                is_ours.then(|| Pid::from_raw(pid)).flatten()
            })
            .collect()
    }

    fn unexpected(&self, why: impl std::fmt::Display) -> NodeError {
        NodeError::Unexpected {
            place: self.place.clone(),
            why: why.to_string(),
        }
    }

    fn lines(&self, text: &str) -> Result<Vec<Outcome>, NodeError> {
        let lines = node_helper::parse(text).map_err(|error| self.unexpected(error))?;
        if lines.is_empty() {
            return Err(self.unexpected("the helper program could not run"));
        }
        Ok(lines)
    }
}

impl HelperHands for LocalHands {
    fn place(&self) -> &str {
        &self.place
    }

    fn run<'a>(
        &'a self,
        words: &'a [&'a str],
        content: Option<&'a [u8]>,
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            if let Some(bytes) = content {
                let write = || -> std::io::Result<()> {
                    self.content.set_len(0)?;
                    std::os::unix::fs::FileExt::write_all_at(&self.content, bytes, 0)
                };
                write().map_err(|error| self.unexpected(error))?;
            }
            let mut command = Command::from(self.command(words));
            let ran = tokio::time::timeout(DEADLINE, command.kill_on_drop(true).output()).await;
            let output = ran
                .map_err(|_| self.unexpected("the helper program does not end"))?
                .map_err(|error| self.unexpected(error))?;
            self.lines(&String::from_utf8_lossy(&output.stdout))
        })
    }

    fn content_path(&self) -> &str {
        &self.content_path
    }

    /// There is no image to look into: the log tells the version.
    fn program_version<'a>(&'a self, _: &'a str) -> LocalBoxFuture<'a, Result<String, NodeError>> {
        Box::pin(async { Ok(String::new()) })
    }

    fn start_holder<'a>(
        &'a self,
        words: &'a [&'a str],
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            if self.holder_runs().await? {
                return Ok(Vec::new());
            }
            let mut command = self.command(words);
            // A group of its own: Ctrl-C is not for it.
            command
                .process_group(0)
                .stdout(Stdio::piped())
                .stderr(Stdio::null());
            let mut child = Command::from(command)
                .spawn()
                .map_err(|error| self.unexpected(error))?;
            let mut line = String::new();
            if let Some(stdout) = child.stdout.take() {
                let read = BufReader::new(stdout).read_line(&mut line).await;
                read.map_err(|error| self.unexpected(error))?;
            }
            self.lines(&line)
        })
    }

    fn holder_runs(&self) -> LocalBoxFuture<'_, Result<bool, NodeError>> {
        Box::pin(async { Ok(!Self::holders().is_empty()) })
    }

    fn end_holder(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(async move {
            for _ in 0..GONE_LOOKS {
                let holders = Self::holders();
                if holders.is_empty() {
                    return Ok(());
                }
                for pid in holders {
                    // Gone by itself meanwhile is as good.
                    let _ = kill_process(pid, Signal::KILL);
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(self.unexpected("the process that holds the lock does not end"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replace::node::data::{self, Places};

    #[tokio::test]
    async fn the_lock_is_held_in_a_process_of_its_own_until_it_is_ended() {
        let program = node_helper::Architecture::from_name(std::env::consts::ARCH)
            .and_then(node_helper::binary)
            .unwrap();
        let hands = LocalHands::new("here".to_owned(), program).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let places = Places {
            data_dir: folder.path().display().to_string(),
            wal_dir: None,
        };
        let database = folder.path().join("member/snap/db");
        fs::create_dir_all(database.parent().unwrap()).unwrap();
        let held = File::create(&database).unwrap();
        held.try_lock().unwrap();
        let refused = data::hold(&hands, &places).await.unwrap_err();
        assert!(matches!(refused, NodeError::Refused(_)), "{refused}");
        held.unlock().unwrap();
        data::hold(&hands, &places).await.unwrap();
        assert!(held.try_lock().is_err());
        hands.end_holder().await.unwrap();
        held.try_lock().unwrap();

        // Content goes into a file beside, whole.
        let file = folder.path().join("f").display().to_string();
        let words = ["write", &file, "--from", hands.content_path()];
        for content in ["a longer text", "short"] {
            hands.run(&words, Some(content.as_bytes())).await.unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
    }
}
