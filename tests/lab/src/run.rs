// SPDX-License-Identifier: Apache-2.0

//! Running programs with a deadline, their output kept for the error text.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{LabError, Result};

const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(4);

/// One program to run.
#[derive(Debug)]
pub struct Run {
    command: Command,
    input: Option<Vec<u8>>,
    deadline: Duration,
}

/// What a program left behind.
#[derive(Debug, Clone)]
pub struct Done {
    /// Whether it ended with 0.
    pub success: bool,
    /// Exit status in words.
    pub status: String,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Run {
    /// `program`, found on the PATH.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.env("PATH", search_path());
        Self {
            command,
            input: None,
            deadline: DEADLINE,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Keeps the user's variables of that prefix from it.
    #[must_use]
    pub fn without_env(mut self, prefix: &str) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(prefix) {
                self.command.env_remove(name);
            }
        }
        self
    }

    /// Sets the working folder.
    #[must_use]
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Gives it this on stdin.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Ends it after this long (one minute otherwise).
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs it to its end, whatever its status.
    ///
    /// # Errors
    /// When it cannot be started, or outlives its deadline.
    pub fn done(mut self) -> Result<Done> {
        let shown = self.shown();
        self.command
            .stdin(if self.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().map_err(|source| LabError::Start {
            command: shown.clone(),
            source,
        })?;
        let feeder = self
            .input
            .take()
            .zip(child.stdin.take())
            .map(|(input, mut stdin)| {
                thread::spawn(move || {
                    // A program that does not read its input is no error by itself.
                    let _ = stdin.write_all(&input);
                })
            });
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        let status = wait(&mut child, self.deadline, &shown)?;
        if let Some(feeder) = feeder {
            let _ = feeder.join();
        }
        let text = |reader: Option<thread::JoinHandle<Vec<u8>>>| {
            let bytes = reader.and_then(|r| r.join().ok()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ok(Done {
            success: status.success(),
            status: status.to_string(),
            stdout: text(stdout),
            stderr: text(stderr),
        })
    }

    /// Runs it and wants success; returns stdout.
    ///
    /// # Errors
    /// When it cannot be started, outlives its deadline or does not end with 0.
    pub fn ok(self) -> Result<String> {
        let command = self.shown();
        let done = self.done()?;
        if done.success {
            return Ok(done.stdout);
        }
        let all = format!("{}\n{}", done.stdout.trim(), done.stderr.trim());
        let lines: Vec<&str> = all.trim().lines().collect();
        let tail = lines[lines.len().saturating_sub(12)..].join("\n");
        Err(LabError::Command {
            command,
            status: done.status,
            output: tail,
        })
    }

    /// Runs it for its effect and does not mind failure (clean-up of what may not be there).
    pub fn try_it(self) -> bool {
        self.done().is_ok_and(|done| done.success)
    }

    /// Starts it in a session of its own, output appended to `log`; returns its process id.
    ///
    /// # Errors
    /// When the log cannot be opened or the program cannot be started.
    pub fn detach(self, log: &Path) -> Result<u32> {
        let shown = self.shown();
        let open = || {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(log)
                .map_err(LabError::file("write", log))
        };
        // `setsid` execs in place here (a fresh child leads no group), so the id stays the program's.
        let mut command = Command::new("setsid");
        command
            .arg(self.command.get_program())
            .args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(dir) = self.command.get_current_dir() {
            command.current_dir(dir);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(open()?)
            .stderr(open()?)
            .spawn()
            .map_err(|source| LabError::Start {
                command: shown,
                source,
            })?;
        let id = child.id();
        // Reaped by a thread of its own, so that a dead helper is never a zombie that looks alive.
        thread::spawn(move || child.wait());
        Ok(id)
    }

    fn shown(&self) -> String {
        let mut words: Vec<OsString> = vec![self.command.get_program().to_owned()];
        words.extend(self.command.get_args().map(OsStr::to_owned));
        let text = words
            .iter()
            .map(|word| word.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ");
        if text.chars().count() > 200 {
            let short: String = text.chars().take(200).collect();
            format!("{short}…")
        } else {
            text
        }
    }
}

/// The PATH with the sbin folders, which a user's own often lacks.
pub fn search_path() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")
}

fn collect(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

fn wait(child: &mut Child, deadline: Duration, shown: &str) -> Result<std::process::ExitStatus> {
    let start = Instant::now();
    loop {
        let seen = child.try_wait().map_err(|source| LabError::Start {
            command: shown.to_owned(),
            source,
        })?;
        if let Some(status) = seen {
            return Ok(status);
        }
        if start.elapsed() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            return Err(LabError::Timeout {
                what: format!("the end of `{shown}`"),
                seconds: deadline.as_secs(),
                last: "still running".to_owned(),
            });
        }
        thread::sleep(POLL);
    }
}
