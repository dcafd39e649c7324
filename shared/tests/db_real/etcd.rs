// SPDX-License-Identifier: Apache-2.0

//! A real etcd of one member on this machine's loopback.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lab::setup::{EtcdBinaries, EtcdRelease};
use serde_json::{Value, json};

use crate::http::{b64, post};

/// The releases everything is compared with: both ages of bbolt, 3.4 and 3.5.
pub const RELEASES: [&str; 3] = ["3.4.23", "3.5.1", "3.5.16"];

/// The programs of a release, fetched when missing.
pub fn binaries(release: &str) -> EtcdBinaries {
    let release: EtcdRelease = release.parse().unwrap();
    EtcdBinaries::of(&release).unwrap()
}

/// The offline tool of 3.5, which the Debian packages leave out.
pub fn etcdutl() -> PathBuf {
    binaries("3.5.1").etcdutl.unwrap()
}

/// A running etcd, killed when dropped.
pub struct Etcd {
    child: Child,
    port: u16,
    log: PathBuf,
    binaries: EtcdBinaries,
}

/// How an etcd that could not start ended.
pub struct Ended {
    /// Everything it printed.
    pub output: String,
    /// Whether it came up and answered.
    pub is_up: bool,
}

impl Etcd {
    /// Starts one on `data_dir` and waits until it answers.
    pub fn start(release: &str, data_dir: &Path, flags: &[&str]) -> Self {
        let mut etcd = Self::spawn(release, data_dir, flags);
        assert!(
            etcd.wait_up(Duration::from_secs(60)),
            "etcd did not start: {}",
            etcd.output()
        );
        etcd
    }

    /// Starts one on files it may not survive, and tells what became of it.
    pub fn try_on(release: &str, data_dir: &Path) -> Ended {
        let mut etcd = Self::spawn(release, data_dir, &[]);
        let is_up = etcd.wait_up(Duration::from_secs(20));
        let output = etcd.output();
        Ended { output, is_up }
    }

    fn spawn(release: &str, data_dir: &Path, flags: &[&str]) -> Self {
        let binaries = binaries(release);
        let (port, peer) = (free_port(), free_port());
        let client = format!("http://127.0.0.1:{port}");
        let peer = format!("http://127.0.0.1:{peer}");
        let log = data_dir.with_extension("log");
        let file = File::create(&log).unwrap();
        let child = Command::new(&binaries.etcd)
            .args(["--name", "m1", "--data-dir"])
            .arg(data_dir)
            .args([
                "--listen-client-urls",
                &client,
                "--advertise-client-urls",
                &client,
            ])
            .args([
                "--listen-peer-urls",
                &peer,
                "--initial-advertise-peer-urls",
                &peer,
            ])
            .args(["--initial-cluster", &format!("m1={peer}")])
            .args(["--max-txn-ops", "100000", "--max-request-bytes", "33554432"])
            .args(flags)
            .stdout(Stdio::from(file.try_clone().unwrap()))
            .stderr(Stdio::from(file))
            .spawn()
            .unwrap();
        Self {
            child,
            port,
            log,
            binaries,
        }
    }

    fn wait_up(&mut self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if post(self.port, "/v3/kv/range", &json!({ "key": b64("x") })).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    pub fn call(&self, path: &str, body: &Value) -> Value {
        post(self.port, path, body).unwrap()
    }

    /// Puts all pairs, some hundreds in one transaction each.
    pub fn put_all(&self, pairs: impl IntoIterator<Item = (String, Vec<u8>)>) {
        let mut ops = Vec::new();
        let mut bytes = 0;
        for (key, value) in pairs {
            bytes += value.len();
            ops.push(json!({ "requestPut": { "key": b64(key), "value": b64(value) } }));
            if ops.len() >= 500 || bytes > 1_000_000 {
                self.call(
                    "/v3/kv/txn",
                    &json!({ "success": std::mem::take(&mut ops) }),
                );
                bytes = 0;
            }
        }
        if !ops.is_empty() {
            self.call("/v3/kv/txn", &json!({ "success": ops }));
        }
    }

    pub fn put(&self, key: &str, value: &[u8]) {
        self.call(
            "/v3/kv/put",
            &json!({ "key": b64(key), "value": b64(value) }),
        );
    }

    pub fn delete(&self, key: &str) {
        self.call("/v3/kv/deleterange", &json!({ "key": b64(key) }));
    }

    pub fn revision(&self) -> i64 {
        number(&self.status()["header"]["revision"])
    }

    /// Compacts at `revision` and waits until it is done on disk.
    pub fn compact(&self, revision: i64) {
        self.call(
            "/v3/kv/compaction",
            &json!({ "revision": revision, "physical": true }),
        );
    }

    pub fn status(&self) -> Value {
        self.call("/v3/maintenance/status", &json!({}))
    }

    /// The hash and the compact revision a member answers at `revision` (0: the newest). Asked
    /// through etcdctl: the gateway gives two different hashes one path.
    pub fn hash_kv(&self, revision: i64) -> (u32, i64) {
        let answer = self.etcdctl(&[
            "endpoint",
            "hashkv",
            "--rev",
            &revision.to_string(),
            "-w",
            "json",
        ]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let answer = &answer[0]["HashKV"];
        let compact = answer.get("compact_revision").map_or(0, number);
        (u32::try_from(number(&answer["hash"])).unwrap(), compact)
    }

    /// How many keys there are.
    pub fn count(&self) -> i64 {
        let body = json!({ "key": b64([0]), "range_end": b64([0]), "count_only": true });
        let answer = self.call("/v3/kv/range", &body);
        answer.get("count").map_or(0, number)
    }

    pub fn save_snapshot(&self, to: &Path) {
        self.etcdctl(&["snapshot", "save", &to.display().to_string()]);
    }

    fn etcdctl(&self, args: &[&str]) -> String {
        let done = Command::new(&self.binaries.etcdctl)
            .env("ETCDCTL_API", "3")
            .args(["--endpoints", &format!("127.0.0.1:{}", self.port)])
            .args(args)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Ends it as an operator would, everything written.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number as the gateway writes it: 64-bit ones are strings.
pub fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .unwrap()
}

/// The database of a data dir.
pub fn db_of(data_dir: &Path) -> PathBuf {
    data_dir.join("member/snap/db")
}

/// A copy of a whole data dir.
pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
