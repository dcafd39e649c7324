// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use super::LocalEtcd;
use super::found::under;
use crate::access::container::certificate_paths;
use crate::model::EtcdConfig;

/// An etcd server that runs on this machine, in a container or not.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningEtcd {
    /// Its process id.
    pub pid: u32,
    /// Whether a signal has halted it.
    pub stopped: bool,
    /// What its words and its environment say.
    pub config: EtcdConfig,
    /// Its environment, `NAME=value`.
    environment: Vec<String>,
    /// Its root folder as seen from here: paths in its flags lie below it.
    root: PathBuf,
}

/// Every etcd server among the processes of this machine that we may look into (proc(5)).
pub fn running(root: &Path) -> Vec<RunningEtcd> {
    let proc = under(root, "/proc");
    let mut found: Vec<RunningEtcd> = fs::read_dir(&proc)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| one(&proc.join(pid.to_string()), pid))
        .collect();
    found.sort_by_key(|process| process.pid);
    found
}

fn one(folder: &Path, pid: u32) -> Option<RunningEtcd> {
    let words = strings(&fs::read(folder.join("cmdline")).ok()?);
    let program = words.first()?.rsplit('/').next()?;
    if program != "etcd" {
        return None;
    }
    let environment = fs::read(folder.join("environ")).unwrap_or_default();
    let environment = strings(&environment);
    let config = EtcdConfig::from_command(
        words.iter().skip(1).map(String::as_str),
        environment.iter().map(String::as_str),
    );
    let stat = fs::read_to_string(folder.join("stat")).unwrap_or_default();
    Some(RunningEtcd {
        pid,
        stopped: state(&stat) == Some('T'),
        config,
        environment,
        root: folder.join("root"),
    })
}

/// The state letter in `stat`; the program's name before it may hold anything.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// What the kernel keeps with a zero byte behind each.
fn strings(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// A running etcd that no distribution's files tell of: its own flags and certificates.
pub fn find(root: &Path) -> Option<LocalEtcd> {
    running(root).into_iter().find_map(local)
}

fn local(process: RunningEtcd) -> Option<LocalEtcd> {
    let value = |name: &str| {
        process
            .environment
            .iter()
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            .map(str::to_owned)
    };
    let [cacert, cert, key] = certificate_paths(value, &process.config)
        .into_iter()
        .map(|paths| paths.map(|path| under(&process.root, &path)))
        .find(|paths| paths.iter().all(|path| path.exists()))?;
    Some(LocalEtcd {
        distribution: "the etcd process",
        file: PathBuf::from(format!("/proc/{}", process.pid)),
        config: process.config,
        cacert,
        cert,
        key,
    })
}
