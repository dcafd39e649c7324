// SPDX-License-Identifier: Apache-2.0

//! A lab, the plugin, and what can be seen of both.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, LabSpec, Node, SharedLab};
use serde_json::Value;

/// A lab in its healthy state, and a state folder of this test's own.
pub struct Stand {
    pub lab: SharedLab,
    pub state: tempfile::TempDir,
}

/// What the plugin did.
#[derive(Debug)]
pub struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Stand {
    pub fn new() -> Self {
        Self::of(LabSpec::named("replace").without_api())
    }

    pub fn of(spec: LabSpec) -> Self {
        Self {
            lab: Lab::shared(spec).unwrap(),
            state: tempfile::tempdir().unwrap(),
        }
    }

    pub fn broken(fault: &str, node: usize) -> Self {
        let stand = Self::new();
        stand
            .lab
            .break_(Fault::named(fault).unwrap(), node)
            .unwrap();
        stand
    }

    /// `--docker-host` for every node, over its socket.
    pub fn sockets(&self) -> Vec<String> {
        let nodes = self.lab.members().iter();
        nodes
            .flat_map(|node| {
                [
                    "--docker-host".to_owned(),
                    format!("{}={}", node.name, node.docker_host()),
                ]
            })
            .collect()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-etcd_replace"));
        command
            .args(words)
            .env("XDG_STATE_HOME", self.state.path().join("state"))
            .env("XDG_CACHE_HOME", self.state.path().join("cache"))
            .env("XDG_CONFIG_HOME", self.state.path().join("config"))
            .env("HOME", self.state.path())
            .env_remove("KUBECONFIG")
            .env_remove("DOCKER_HOST")
            .stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            if name.starts_with("ETCDCTL_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs the plugin with access through the sockets.
    pub fn replace(&self, words: &[&str]) -> Output {
        let access = self.sockets();
        let mut all: Vec<&str> = words.to_vec();
        all.extend(access.iter().map(String::as_str));
        self.plain(&all)
    }

    /// Runs the plugin with just these words.
    pub fn plain(&self, words: &[&str]) -> Output {
        let output = self.command(words).output().unwrap();
        Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts `node NAME --yes` and returns when the journal shows `mark`.
    pub fn run_until(&self, words: &[&str], mark: &str) -> Running {
        let access = self.sockets();
        let mut command = self.command(words);
        let mut child = command
            .args(&access)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = collect(&mut child);
        let deadline = Instant::now() + Duration::from_secs(180);
        while !self.journal().contains(mark) {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "it ended with {ended:?} before {mark}: {}",
                said.join().unwrap()
            );
            assert!(Instant::now() < deadline, "no {mark} in {}", self.journal());
            thread::sleep(Duration::from_millis(5));
        }
        Running { child, said }
    }

    /// All journals, one after the other.
    pub fn journal(&self) -> String {
        let runs = self.state.path().join("state/kubectl-etcd/replace");
        let Ok(folders) = fs::read_dir(runs) else {
            return String::new();
        };
        folders
            .filter_map(|folder| fs::read_to_string(folder.ok()?.path().join("journal.jsonl")).ok())
            .collect()
    }

    pub fn name(&self, node: usize) -> String {
        self.lab.node(node).name.clone()
    }

    /// Every member answers, all hold the same data, and the container is as it was but for the
    /// two settings.
    pub fn assert_whole(&self) {
        self.lab.wait_healthy(Duration::from_secs(30)).unwrap();
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
            .map(|entry| entry["HashKV"]["hash"].clone())
            .collect();
        assert_eq!(all.len(), members.len());
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{hashes}");
    }

    /// The target comes back from two restarts as the same member.
    pub fn assert_survives_restarts(&self, node: usize) {
        for _ in 0..2 {
            self.lab
                .node(node)
                .docker(["restart", "etcd"])
                .ok()
                .unwrap();
            self.lab.wait_healthy(Duration::from_secs(60)).unwrap();
        }
        self.assert_whole();
    }

    pub fn inspect(&self, node: usize, container: &str) -> Value {
        inspect(self.lab.node(node), container)
    }

    /// Names of the containers of a node, sorted.
    pub fn containers(&self, node: usize) -> Vec<String> {
        let all = self
            .lab
            .node(node)
            .docker(["ps", "--all", "--format", "{{.Names}}"])
            .ok()
            .unwrap();
        let mut names: Vec<String> = all.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// What must be the same after a refusal: the member list, the containers with what was asked
    /// of them, and the files of a node whose etcd does not run.
    pub fn picture(&self, asked: usize, target: usize) -> Picture {
        let list = self.lab.etcdctl_on([self.lab.node(asked)]);
        let list = list.args(["member", "list"]).done().unwrap();
        let mut containers = BTreeMap::new();
        for node in 0..self.lab.members().len() {
            for name in self.containers(node) {
                let inspect = self.inspect(node, &name);
                containers.insert(
                    format!("{node} {name}"),
                    format!(
                        "{} {} {} {}",
                        inspect["Id"],
                        inspect["Config"],
                        inspect["HostConfig"],
                        inspect["State"]["Paused"]
                    ),
                );
            }
        }
        Picture {
            members: list.stdout,
            containers,
            files: files(&self.lab.node(target).data_dir()),
        }
    }
}

/// See [`Stand::picture`].
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    pub members: String,
    pub containers: BTreeMap<String, String>,
    pub files: Vec<String>,
}

/// Inode, owner, mode and path of every file and folder: what a rename, a copy, or a new file
/// would change, and an etcd that goes on crash-looping does not.
pub fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        entries.sort();
        for path in entries {
            let Ok(facts) = fs::symlink_metadata(&path) else {
                continue;
            };
            // etcd preallocates the next segment under this name at any time.
            if path.extension().is_some_and(|extension| extension == "tmp") {
                continue;
            }
            found.push(format!(
                "{} {} {} {:o} {}",
                facts.ino(),
                facts.uid(),
                facts.gid(),
                facts.mode(),
                path.display()
            ));
            if facts.is_dir() {
                walk(&path, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    found
}

pub fn inspect(node: &Node, container: &str) -> Value {
    let text = node.docker(["inspect", container]).ok().unwrap();
    let mut list: Value = serde_json::from_str(&text).unwrap();
    list[0].take()
}

/// A plugin at work.
pub struct Running {
    child: Child,
    said: thread::JoinHandle<String>,
}

impl Running {
    /// kill -9.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.join().unwrap()
    }

    /// Waits until it has ended; returns the exit code and what was said.
    pub fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        (status.code(), self.said.join().unwrap())
    }

    /// Ctrl-C; returns the exit code and what was said.
    pub fn interrupt(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        (status.code(), self.said.join().unwrap())
    }
}

fn collect(child: &mut Child) -> thread::JoinHandle<String> {
    let stderr = child.stderr.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    thread::spawn(move || {
        let err = thread::spawn(move || {
            BufReader::new(stderr)
                .lines()
                .map_while(Result::ok)
                .collect::<Vec<_>>()
                .join("\n")
        });
        let mut text = String::new();
        let _ = std::io::Read::read_to_string(&mut stdout, &mut text);
        text + &err.join().unwrap()
    })
}
