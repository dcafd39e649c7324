// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::log_file::LogFile;
use super::process::{RunningEtcd, running};
use super::{LocalEtcd, docker_files, journal, pod_log};
use crate::model::{LogTail, Probe, ProcessKind, ProcessObservation, ProcessState};

/// Where all of it was seen.
const HERE: &str = "this machine";

/// What this machine itself shows of its etcd, without any engine or API: the process, and the log
/// that a container engine, the kubelet or journald has kept of it. A static pod that does not run is
/// among it.
pub fn processes(root: &Path, local: &LocalEtcd) -> Vec<ProcessObservation> {
    let running = running(root);
    let containers = docker_files::find(root);
    if !containers.is_empty() {
        return containers
            .into_iter()
            .map(|(kept, log)| container(kept, log, &running))
            .collect();
    }
    if local.manifest_folder().is_some()
        && let Some(pod) = pod_log::find(root)
    {
        return vec![static_pod(local, pod, running.first())];
    }
    running
        .iter()
        .map(|process| plain(process, journal::tail(root)))
        .collect()
}

/// A container that its engine left on disk: whether it runs is the kernel's word.
fn container(
    kept: ProcessObservation,
    log: Option<LogFile>,
    running: &[RunningEtcd],
) -> ProcessObservation {
    let name = kept.config.get("name");
    let process = running.iter().find(|p| p.config.get("name") == name);
    let (state, state_text) = match process {
        Some(process) => state_of(process),
        None if kept.state == ProcessState::Running => (
            ProcessState::Exited,
            "Gone, and its engine does not answer".to_owned(),
        ),
        None => (kept.state, kept.state_text.clone()),
    };
    ProcessObservation {
        state,
        state_text,
        log: log.map_or(Probe::NotTried, from_file),
        ..kept
    }
}

/// A static pod by its manifest and the kubelet's log of it. The kubelet starts it again for as long
/// as the manifest is there.
fn static_pod(
    local: &LocalEtcd,
    pod: pod_log::PodLog,
    process: Option<&RunningEtcd>,
) -> ProcessObservation {
    let (state, state_text) = match process {
        Some(process) => state_of(process),
        None => (
            ProcessState::Restarting,
            "Not running, started again by the kubelet".to_owned(),
        ),
    };
    ProcessObservation {
        restart_count: Some(pod.restarts),
        log: from_file(pod.log),
        ..bare(
            ProcessKind::Pod,
            pod.pod,
            state,
            state_text,
            local.config.clone(),
        )
    }
}

/// A process that nothing but the kernel tells of.
fn plain(process: &RunningEtcd, journal: Option<Vec<String>>) -> ProcessObservation {
    let (state, state_text) = state_of(process);
    let config = process.config.clone();
    ProcessObservation {
        id: Some(process.pid.to_string()),
        log: journal.map_or(Probe::NotTried, |lines| {
            answered(
                "journalctl of etcd's unit on this machine".to_owned(),
                lines,
            )
        }),
        ..bare(
            ProcessKind::LocalProcess,
            "etcd".to_owned(),
            state,
            state_text,
            config,
        )
    }
}

fn bare(
    kind: ProcessKind,
    name: String,
    state: ProcessState,
    state_text: String,
    config: crate::model::EtcdConfig,
) -> ProcessObservation {
    ProcessObservation {
        kind,
        name,
        id: None,
        seen_on: HERE.to_owned(),
        node: None,
        image: None,
        state,
        state_text,
        exit_code: None,
        oom_killed: false,
        restart_count: None,
        started_at: None,
        finished_at: None,
        error: None,
        restart_policy: None,
        config,
        log: Probe::NotTried,
        pod: None,
    }
}

fn state_of(process: &RunningEtcd) -> (ProcessState, String) {
    if process.stopped {
        (ProcessState::Paused, "Stopped by a signal".to_owned())
    } else {
        (
            ProcessState::Running,
            format!("Running (pid {})", process.pid),
        )
    }
}

fn from_file(log: LogFile) -> Probe<LogTail> {
    answered(log.path.display().to_string(), log.lines)
}

fn answered(source: String, lines: Vec<String>) -> Probe<LogTail> {
    Probe::answered(LogTail { source, lines }, std::time::Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Command, Stdio};

    use super::super::found::under;
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let file = under(root, path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn a_static_pod_that_does_not_run_is_told_by_its_manifest_and_the_kubelets_log() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        write(
            root,
            "/etc/kubernetes/manifests/etcd.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\nspec:\n  containers:\n  - name: etcd\n    \
             command:\n    - etcd\n    - --name=cp1\n    - --advertise-client-urls=https://10.0.0.1:2379\n",
        );
        let folder = "/var/log/pods/kube-system_etcd-cp1_0123456789abcdef/etcd";
        write(root, &format!("{folder}/3.log"), "old\n");
        let panic = "2026-11-22T07:41:43.251403Z stderr F panic: freepages: failed to get all reachable \
                     pages (page 7779: multiple references)\n";
        write(root, &format!("{folder}/12.log"), panic);
        write(
            root,
            "/var/log/pods/kube-system_kube-proxy-x_1/kube-proxy/0.log",
            "x\n",
        );
        let local = LocalEtcd::find(root).unwrap();
        let found = processes(root, &local);
        assert_eq!(found.len(), 1, "{found:?}");
        let pod = &found[0];
        assert_eq!(pod.name, "kube-system/etcd-cp1");
        assert_eq!(
            (pod.state, pod.restart_count),
            (ProcessState::Restarting, Some(12))
        );
        assert_eq!(pod.config.get("name"), Some("cp1"));
        let log = pod.log.value().unwrap();
        assert!(log.source.ends_with("/12.log"), "{}", log.source);
        assert_eq!(log.lines, [panic.trim_end()]);
    }

    #[test]
    fn a_running_process_is_told_by_its_words_and_environment() {
        let name = format!("local-{}", std::process::id());
        let mut child = Command::new("sleep")
            .arg0("/usr/local/bin/etcd")
            .arg("60")
            .env("ETCD_NAME", &name)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let own = || {
            running(Path::new("/"))
                .into_iter()
                .find(|process| process.config.get("name") == Some(name.as_str()))
        };
        // Between fork and exec it still has the test's own words.
        let found = (0..500).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            own()
        });
        child.kill().unwrap();
        child.wait().unwrap();
        let found = found.expect("it is seen");
        assert_eq!(found.pid, child.id());
        let seen = plain(&found, None);
        assert_eq!(
            (seen.kind, seen.state),
            (ProcessKind::LocalProcess, ProcessState::Running)
        );
    }
}
