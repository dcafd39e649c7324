// SPDX-License-Identifier: Apache-2.0

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::Engine;

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    pub fn of(out: std::process::Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self {
            code: out.status.code(),
            stdout: text(out.stdout),
            stderr: text(out.stderr),
        }
    }

    /// Its stdout; it must have ended with 0.
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// Warnings on stderr.
    pub fn warnings(&self) -> Vec<&str> {
        self.stderr
            .lines()
            .filter_map(|line| line.strip_prefix("warning: "))
            .collect()
    }
}

pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_docker-inspect-run"))
}

/// The tool without an engine in its environment.
pub fn command() -> Command {
    let mut command = Command::new(program());
    for name in [
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_TLS_VERIFY",
        "DOCKER_CERT_PATH",
    ] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the tool on an engine.
pub fn tool<S: AsRef<str>>(engine: &Engine, words: &[S]) -> Output {
    let words = words.iter().map(AsRef::as_ref);
    Output::of(
        command()
            .arg("--host")
            .arg(engine.host())
            .args(words)
            .output()
            .unwrap(),
    )
}

/// Runs the tool with text on its stdin and no engine.
pub fn tool_with_input(words: &[&str], input: &str) -> Output {
    let mut child = command()
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A tool that does not read all of it is its own matter.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Output::of(child.wait_with_output().unwrap())
}

/// Runs printed text in a real shell whose `docker` is the engine's.
pub fn run_in_shell(engine: &Engine, text: &str) -> Output {
    // Process substitution is the one thing that needs more than a POSIX shell.
    let shell = if text.contains("<(printf") {
        "bash"
    } else {
        "sh"
    };
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(shell);
    command.arg("-c").arg(text);
    command.env("PATH", format!("{}:{path}", engine.client_dir.display()));
    command
        .env("DOCKER_HOST", engine.host())
        .env("DOCKER_CONFIG", &engine.client_dir);
    command
        .env("BARE", "must not be taken")
        .stdin(Stdio::null());
    Output::of(command.output().unwrap())
}
