// SPDX-License-Identifier: Apache-2.0

//! Folders of a stranger's own, and the programs as they were built.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

pub const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// The folder with all programs of this build.
pub fn programs() -> PathBuf {
    let folder = Path::new(XTASK).parent().expect("a folder").to_owned();
    for program in [
        "kubectl-etcd_health",
        "kubectl-etcd_replace",
        "docker-inspect-run",
    ] {
        let path = folder.join(program);
        assert!(
            path.is_file(),
            "{} is missing: run the tests of the whole workspace",
            path.display()
        );
    }
    folder
}

/// What a program did.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The same, which must have gone well.
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }
}

/// A stranger: a home of their own, nothing of this machine's user in the environment.
pub struct Stranger {
    pub home: tempfile::TempDir,
    path: Vec<PathBuf>,
}

impl Stranger {
    /// With a real kubectl on PATH.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let tools = home.path().join("tools");
        std::fs::create_dir(&tools).expect("a folder");
        let kubectl = lab::setup::kubectl().expect("a kubectl");
        std::os::unix::fs::symlink(kubectl, tools.join("kubectl")).expect("a link");
        Self {
            home,
            path: vec![tools],
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Puts a folder first on PATH.
    pub fn on_path(&mut self, folder: impl Into<PathBuf>) {
        self.path.insert(0, folder.into());
    }

    /// The stranger's PATH.
    pub fn path(&self) -> String {
        let mut folders: Vec<String> = self.path.iter().map(|p| p.display().to_string()).collect();
        folders.push("/usr/bin:/bin".to_owned());
        folders.join(":")
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", self.path())
            .env("HOME", self.home.path())
            .env("KUBECONFIG", self.file("kubeconfig"))
            .env("DOCKER_CONFIG", self.file(".docker"))
            .current_dir(self.home.path())
            .stdin(std::process::Stdio::null());
        command
    }

    /// Runs a program found on the stranger's PATH.
    #[track_caller]
    pub fn run(&self, program: &str, args: &[&str]) -> Answer {
        // A relative name would be looked up on the PATH of the tests.
        let found = which::which_in(program, Some(self.path()), "/").expect("it is on PATH");
        Answer::of(self.command(found).args(args).output().expect("it runs"))
    }

    /// Runs `cargo xtask` with the developer's own environment for it.
    #[track_caller]
    pub fn xtask(&self, args: &[&str]) -> Answer {
        let output = Command::new(XTASK)
            .args(args)
            .env("DOCKER_CONFIG", self.file(".docker"))
            .output()
            .expect("xtask runs");
        Answer::of(output)
    }

    /// Installs everything beneath `local`, as `cargo xtask install` does, and puts it on PATH.
    #[track_caller]
    pub fn install(&mut self) -> PathBuf {
        let prefix = self.file("local");
        let from = programs();
        self.xtask(&[
            "install",
            "--prefix",
            &prefix.display().to_string(),
            "--from",
            &from.display().to_string(),
        ])
        .good();
        self.on_path(prefix.join("bin"));
        prefix
    }
}

/// The archives and krew's files of this build, made once for all tests.
#[track_caller]
pub fn dist() -> PathBuf {
    static DIST: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = DIST.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        dist_into(folder.path());
        folder
    });
    folder.path().to_owned()
}

/// The same into another folder.
#[track_caller]
pub fn dist_into(folder: &Path) {
    let from = programs().display().to_string();
    let out = folder.display().to_string();
    let output = Command::new(XTASK)
        .args(["dist", "--from", &from, "--out", &out])
        .output()
        .expect("xtask runs");
    Answer::of(output).good();
}
