// SPDX-License-Identifier: Apache-2.0
use std::fs;
use std::path::{Path, PathBuf};

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use super::manifest::Manifest;
use super::names;
use super::pod_watch::PodWatch;
use crate::kubernetes::EtcdPod;
use crate::model::{EtcdConfig, ProcessState};
use crate::replace::node::NodeError;

/// Where the kubelet keeps the logs of pods, whatever the runtime.
const LOGS: &str = "/var/log/pods";

/// By the processes, files and logs of the node itself.
pub struct LocalPod {
    /// The member's name: its process is known by it.
    pub member: String,
}

impl LocalPod {
    /// The pod as the node shows it: a process that runs, or a manifest that asks for one.
    fn see(&self) -> Option<EtcdPod> {
        let text = fs::read_to_string(names::of_kubelet(names::FILE)).ok();
        let manifest = text.as_deref().and_then(Manifest::parse);
        let runs = self.runs();
        let mut pod = match &manifest {
            Some(manifest) => manifest.etcd().clone(),
            None if runs => {
                let text = fs::read_to_string(names::stopped()).ok()?;
                Manifest::parse(&text)?.etcd().clone()
            }
            None => return None,
        };
        let logs = logs();
        let process = &mut pod.process;
        process.restart_count = logs.last().map(|(count, _)| *count);
        process.finished_at = logs
            .iter()
            .rev()
            .nth(usize::from(runs))
            .and_then(|(_, path)| {
                let changed = fs::metadata(path).ok()?.modified().ok()?;
                Timestamp::try_from(changed).ok()
            });
        (process.state, process.state_text) = if runs {
            (ProcessState::Running, "runs".to_owned())
        } else if process.restart_count.unwrap_or(0) > 0 {
            (ProcessState::Restarting, "does not stay up".to_owned())
        } else {
            (ProcessState::Exited, "does not run".to_owned())
        };
        Some(pod)
    }

    /// Whether a process of that member is there.
    fn runs(&self) -> bool {
        let Ok(entries) = fs::read_dir("/proc") else {
            // What cannot be seen may well run.
            return true;
        };
        entries.flatten().any(|entry| {
            let is_pid = entry.file_name().to_string_lossy().parse::<u32>().is_ok();
            is_pid
                && fs::read(entry.path().join("cmdline"))
                    .is_ok_and(|words| is_etcd_of(&words, &self.member))
        })
    }
}

/// Whether a command line is etcd's with this member's name.
fn is_etcd_of(cmdline: &[u8], member: &str) -> bool {
    let text = String::from_utf8_lossy(cmdline);
    let words: Vec<&str> = text.split('\0').filter(|word| !word.is_empty()).collect();
    let is_etcd = words
        .first()
        .is_some_and(|word| word.rsplit('/').next() == Some("etcd"));
    let config = EtcdConfig::from_command(words, []);
    is_etcd && config.get("name") == Some(member)
}

/// Restart count and path of the logs of etcd's container, the oldest first.
fn logs() -> Vec<(u64, PathBuf)> {
    let Ok(pods) = fs::read_dir(LOGS) else {
        return Vec::new();
    };
    let mut folders: Vec<_> = pods
        .flatten()
        .filter(|pod| {
            let name = pod.file_name().to_string_lossy().into_owned();
            name.starts_with("kube-system_etcd-")
        })
        .filter_map(|pod| Some((pod.metadata().ok()?.modified().ok()?, pod.path())))
        .collect();
    folders.sort();
    let Some((_, newest)) = folders.pop() else {
        return Vec::new();
    };
    let mut found: Vec<(u64, PathBuf)> = fs::read_dir(newest.join("etcd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|file| {
            let path = file.path();
            let count = path.file_stem()?.to_str()?.parse().ok()?;
            Some((count, path))
        })
        .collect();
    found.sort();
    found
}

/// The lines of a log without what the runtime wraps them in.
fn lines_of(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(unwrapped).collect()
}

fn unwrapped(line: &str) -> String {
    if let Ok(docker) = serde_json::from_str::<serde_json::Value>(line)
        && let Some(log) = docker["log"].as_str()
    {
        return log.trim_end().to_owned();
    }
    // CRI: time, stream, flag, text.
    let mut parts = line.splitn(4, ' ');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(_), Some("stdout" | "stderr"), Some(_), Some(text)) => text.to_owned(),
        _ => line.to_owned(),
    }
}

impl PodWatch for LocalPod {
    fn look(&self) -> LocalBoxFuture<'_, Result<Option<EtcdPod>, NodeError>> {
        Box::pin(async { Ok(self.see()) })
    }

    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>> {
        Box::pin(async move {
            let logs = logs();
            let newest = logs.iter().skip(logs.len().saturating_sub(2));
            let mut all: Vec<String> = newest.flat_map(|(_, path)| lines_of(path)).collect();
            let wanted = usize::try_from(lines).unwrap_or(usize::MAX);
            all.drain(..all.len().saturating_sub(wanted));
            Ok(all)
        })
    }

    fn version_lines(&self) -> Vec<String> {
        logs().iter().flat_map(|(_, path)| lines_of(path)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_own_process_is_told_from_others() {
        let of = |words: &str| is_etcd_of(words.replace(' ', "\0").as_bytes(), "n1");
        assert!(of("/usr/local/bin/etcd --data-dir=/d --name=n1"));
        assert!(of("etcd --name n1"));
        for other in [
            "etcd --name=n2",
            "etcdctl --name=n1",
            "sh -c etcd --name=n1",
            "",
        ] {
            assert!(!of(other), "{other}");
        }
    }

    #[test]
    fn wrappers_of_both_runtimes_are_taken_off() {
        assert_eq!(
            unwrapped("{\"log\":\"a b\\n\",\"stream\":\"stderr\",\"time\":\"t\"}"),
            "a b"
        );
        assert_eq!(unwrapped("2026-11-22T09:05:49Z stderr F a b"), "a b");
        assert_eq!(unwrapped("as it is"), "as it is");
    }
}
