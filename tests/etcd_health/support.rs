// SPDX-License-Identifier: Apache-2.0

//! How the tests run the plugin and read its answer.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, LabSpec, SharedLab};
use serde_json::Value;

/// The built plugin.
pub const PLUGIN: &str = env!("CARGO_BIN_EXE_kubectl-etcd_health");

/// The lab that most tests share: three members of etcd 3.4.23 and an API server.
pub fn lab() -> SharedLab {
    Lab::shared(LabSpec::named("health")).expect("the lab comes up")
}

/// The same for a test that only looks at it: the next one need not wait for a healed lab.
pub fn lab_to_look_at() -> SharedLab {
    let mut lab = lab();
    lab.only_looked();
    lab
}

/// Breaks the second node and waits until the others have a leader: an election takes up to twice
/// RKE's five seconds, and what is asked here is the state after it.
pub fn break_second(lab: &Lab, fault: &str) {
    let fault = Fault::named(fault).expect("the kit has it");
    lab.break_(fault, 1).expect("the fault is applied");
    let end = Instant::now() + Duration::from_secs(60);
    let survivor = lab.members().iter().find(|node| node.index != 1);
    loop {
        let reads = lab
            .etcdctl_on(survivor)
            .args(["--command-timeout=10s", "get", "health"])
            .try_it();
        if reads {
            return;
        }
        assert!(Instant::now() < end, "the survivors elect no leader");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The same with an etcd of the 3.5 series.
pub fn lab_35() -> SharedLab {
    let spec = LabSpec::named("health35")
        .etcd("3.5.16")
        .expect("the release is known");
    Lab::shared(spec).expect("the lab comes up")
}

/// One run of the plugin: nothing of the caller's environment names a cluster, and caches and
/// settings are in a folder of the run's own.
pub struct Run {
    command: Command,
    home: tempfile::TempDir,
}

impl Run {
    pub fn new() -> Self {
        Self::with(PLUGIN)
    }

    pub fn with(program: impl AsRef<Path>) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(program.as_ref());
        for (name, _) in std::env::vars() {
            let names_a_cluster = ["ETCDCTL_", "DOCKER_", "KUBE"]
                .iter()
                .any(|p| name.starts_with(p));
            if names_a_cluster {
                command.env_remove(name);
            }
        }
        command.env("HOME", home.path()).env("NO_COLOR", "1");
        command
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME");
        Self { command, home }
    }

    pub fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    #[must_use]
    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Shares caches and settings with an earlier run.
    #[must_use]
    pub fn at_home(mut self, home: &Path) -> Self {
        self.command.env("HOME", home);
        self
    }

    /// Puts a folder first on PATH.
    #[must_use]
    pub fn path_first(mut self, folder: &Path) -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        self.command
            .env("PATH", format!("{}:{path}", folder.display()));
        self
    }

    pub fn run(mut self) -> Answer {
        let output = self.command.output().expect("the plugin runs");
        Answer::of(output)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        let answer = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        answer.is_clean();
        answer
    }

    /// Holds for every run whatever it is about: no panic, no key, no password.
    fn is_clean(&self) {
        let all = format!("{}{}", self.stdout, self.stderr);
        for never in ["panicked at", "RUST_BACKTRACE", "PRIVATE KEY", "s3cret"] {
            assert!(!all.contains(never), "{never:?} in the output:\n{all}");
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout ({error}):\n{self:?}"))
    }
}

/// The flags for the lab's endpoints and certificates.
pub fn endpoint_flags(lab: &Lab) -> Vec<String> {
    let file = |path: PathBuf| path.display().to_string();
    vec![
        "--endpoints".to_owned(),
        lab.endpoints(),
        "--cacert".to_owned(),
        file(lab.ca()),
        "--cert".to_owned(),
        file(lab.client_cert()),
        "--key".to_owned(),
        file(lab.client_key()),
    ]
}

/// The flags for the lab's engines, one a node.
pub fn docker_flags(lab: &Lab) -> Vec<String> {
    lab.nodes()
        .iter()
        .flat_map(|node| {
            [
                "--docker-host".to_owned(),
                format!("{}={}", node.name, node.docker_host()),
            ]
        })
        .collect()
}

/// Ids of the findings about a subject's name, worst first.
pub fn findings(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = report["findings"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|f| {
            (
                text(&f["id"]),
                text(&f["severity"]),
                text(&f["subject"]["name"]),
            )
        })
        .collect()
}
