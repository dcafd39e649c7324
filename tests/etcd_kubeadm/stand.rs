// SPDX-License-Identifier: Apache-2.0
//! The kubeadm lab, the plugins, and what can be seen of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, LabSpec, SharedLab};
use serde_json::Value;

/// The lab in its healthy state, and a home of this test's own.
pub struct Stand {
    pub lab: SharedLab,
    pub home: tempfile::TempDir,
}

/// What a plugin did.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The built etcd-replace.
pub const REPLACE: &str = env!("CARGO_BIN_EXE_kubectl-etcd_replace");

/// The built etcd-health, another package's program: it lies beside, or is built now.
pub fn health() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = Path::new(REPLACE).with_file_name("kubectl-etcd_health");
        if path.exists() {
            return path;
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "-p", "kubectl-etcd-health"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success() && path.exists(), "{path:?}");
        path
    })
}

impl Stand {
    pub fn new() -> Self {
        Self {
            lab: Lab::shared(LabSpec::kubeadm("rk")).unwrap(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub fn broken(node: usize) -> Self {
        let stand = Self::new();
        stand.break_(node);
        stand
    }

    pub fn break_(&self, node: usize) {
        let fault = Fault::named("multiref").unwrap();
        self.lab.break_(fault, node).unwrap();
        // An election and the balancer's checks: the API is away for some seconds.
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut served = 0;
        while served < 5 {
            assert!(Instant::now() < deadline, "the API does not come back");
            let kubectl = self.lab.kubectl().unwrap();
            let asked = kubectl.args(["--request-timeout=3s", "get", "pods", "-A"]);
            served = if asked.try_it() { served + 1 } else { 0 };
        }
    }

    pub fn name(&self, node: usize) -> String {
        self.lab.node(node).name.clone()
    }

    /// A program with a home of its own and only this kubeconfig.
    pub fn command(&self, program: &Path, kubeconfig: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars() {
            let names_a_cluster = ["ETCDCTL_", "DOCKER_", "KUBE", "XDG_"];
            if names_a_cluster.iter().any(|p| name.starts_with(p)) {
                command.env_remove(name);
            }
        }
        command
            .args(words)
            .args([Path::new("--kubeconfig"), kubeconfig])
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    pub fn replace(&self, words: &[&str]) -> Output {
        run(&mut self.command(Path::new(REPLACE), &self.lab.kubeconfig(), words))
    }

    /// etcd-health's exit code and its JSON.
    pub fn health(&self, words: &[&str]) -> (Option<i32>, Value) {
        let mut all = vec!["-o", "json"];
        all.extend(words);
        let output = run(&mut self.command(health(), &self.lab.kubeconfig(), &all));
        let json = serde_json::from_str(&output.stdout);
        (output.code, json.unwrap_or_else(|_| panic!("{output:?}")))
    }

    /// etcd-health says that all is well; a slow disk of the test machine is no news.
    pub fn assert_well(&self) {
        let (_, report) = self.health(&[]);
        let healthy = report["healthy_members"].as_array().unwrap().len();
        assert_eq!(healthy, self.lab.members().len(), "{report}");
        let verdict = report["verdict"].as_str().unwrap();
        assert!(matches!(verdict, "healthy" | "warning"), "{report}");
    }

    /// Starts etcd-replace and returns when the journal shows `mark`.
    pub fn run_until(&self, words: &[&str], mark: &str) -> Child {
        let kubeconfig = self.lab.kubeconfig();
        let said = self.home.path().join("said");
        let mut child = self
            .command(Path::new(REPLACE), &kubeconfig, words)
            .stdout(Stdio::null())
            .stderr(fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(240);
        while !self.journal().contains(mark) {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "{ended:?} before {mark}: {}",
                fs::read_to_string(&said).unwrap()
            );
            assert!(Instant::now() < deadline, "no {mark} in {}", self.journal());
            thread::sleep(Duration::from_millis(5));
        }
        child
    }

    /// All journals, one after the other.
    pub fn journal(&self) -> String {
        let runs = self.home.path().join(".local/state/kubectl-etcd/replace");
        let Ok(folders) = fs::read_dir(runs) else {
            return String::new();
        };
        folders
            .filter_map(|folder| fs::read_to_string(folder.ok()?.path().join("journal.jsonl")).ok())
            .collect()
    }

    /// etcd's manifest on a node.
    pub fn manifest(&self, node: usize) -> PathBuf {
        let path = "/etc/kubernetes/manifests/etcd.yaml";
        self.lab.node(node).host_path(path)
    }

    /// What the API shows of helper pods and their ConfigMaps.
    pub fn helpers(&self) -> String {
        let label = "app.kubernetes.io/managed-by=kubectl-etcd";
        self.lab
            .kubectl()
            .unwrap()
            .args([
                "-n",
                "kube-system",
                "get",
                "pods,configmaps",
                "-o",
                "name",
                "-l",
                label,
            ])
            .ok()
            .unwrap()
    }

    /// Every member answers and holds the same data, and nothing of ours is left.
    pub fn assert_whole(&self) {
        self.lab.wait_healthy(Duration::from_secs(60)).unwrap();
        let members = self.lab.member_list(0).unwrap();
        assert_eq!(members.len(), self.lab.members().len(), "{members:?}");
        let hashes = self
            .lab
            .etcdctl(&["endpoint", "hashkv", "--write-out=json"])
            .unwrap();
        let hashes: Value = serde_json::from_str(&hashes.stdout).unwrap();
        let all: Vec<_> = hashes
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    &entry["HashKV"]["hash"],
                    &entry["HashKV"]["header"]["revision"],
                )
            })
            .collect();
        assert_eq!(all.len(), members.len());
        // Kubernetes writes all the time: equal revisions have equal hashes.
        let equal = |a: usize, b: usize| all[a].1 != all[b].1 || all[a].0 == all[b].0;
        assert!((1..all.len()).all(|i| equal(0, i)), "{hashes}");
        assert_eq!(self.helpers(), "", "helper pods are gone");
    }

    /// The member list and the files that a refusal must leave alone.
    pub fn picture(&self, asked: usize, target: usize) -> Vec<String> {
        let list = self.lab.etcdctl_on([self.lab.node(asked)]);
        let list = list.args(["member", "list"]).done().unwrap().stdout;
        let node = self.lab.node(target);
        let mut found = vec![list];
        for folder in ["/etc/kubernetes", "/var/lib/etcd"] {
            let folder = node.host_path(folder);
            let walked = Command::new("find")
                .arg(&folder)
                .args(["-not", "-name", "*.tmp", "-printf", "%i %u %g %m %p\n"])
                .output()
                .unwrap();
            let mut lines: Vec<String> = String::from_utf8_lossy(&walked.stdout)
                .lines()
                .map(str::to_owned)
                .collect();
            lines.sort();
            found.extend(lines);
        }
        found
    }
}

/// Runs to the end.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
