// SPDX-License-Identifier: Apache-2.0

//! Commands for remedies, complete with the access in use, and the one place that decides
//! whether a replacement may be advised at all.

use crate::model::{
    AlarmKind, ListSource, MemberHealth, ProcessKind, ProcessObservation, ProcessState, Version,
    Via,
};

use super::quorum::quorum_size;
use super::{MemberView, RuleInput, parse_initial_cluster};

/// Flags that etcdctl knows by the same name.
const ETCDCTL_FLAGS: &[&str] = &[
    "--cacert",
    "--cert",
    "--key",
    "--user",
    "--insecure-skip-tls-verify",
    "--insecure-transport",
    "--dial-timeout",
    "--command-timeout",
];

impl RuleInput<'_> {
    /// `kubectl etcd-health …` with the access flags in use.
    pub fn health_command(&self) -> String {
        self.ours("kubectl etcd-health")
    }

    /// `kubectl etcd-replace node NAME …`, only where a replacement can lose nothing.
    pub fn replace_command(&self, member: &MemberView<'_>) -> Option<String> {
        match self.replacement_blocked(member) {
            None => Some(self.ours(&format!(
                "kubectl etcd-replace node {}",
                member.name_to_replace()
            ))),
            Some(_) => None,
        }
    }

    /// `kubectl etcd-replace plan NAME …`: changes nothing, and says itself what speaks against it.
    pub fn plan_command(&self, label: &str) -> String {
        self.ours(&format!("kubectl etcd-replace plan {label}"))
    }

    /// Why this member must not be replaced now; `None` where nothing speaks against it.
    pub fn replacement_blocked(&self, member: &MemberView<'_>) -> Option<String> {
        match (member.listed(), &member.health) {
            (Some(_), MemberHealth::Healthy) => return Some("it is healthy".to_owned()),
            (Some(_), MemberHealth::Unknown { .. }) => {
                return Some("it is not known whether it still runs".to_owned());
            }
            (Some(_), MemberHealth::Unhealthy { .. }) => {}
            (None, _) if self.was_meant_for_this_cluster(member) => {}
            (None, _) => return Some("it is not in the member list".to_owned()),
        }
        if !self.quorum_holds() {
            return Some("the cluster has no quorum".to_owned());
        }
        if !matches!(
            self.observation.list_source,
            ListSource::Linearizable { .. }
        ) {
            return Some("the member list is not known to be current".to_owned());
        }
        let rest = self.quorum.voters - usize::from(member.is_voter());
        if rest == 0 {
            return Some("it is the only voter".to_owned());
        }
        if self.quorum.healthy_voters < quorum_size(rest) {
            return Some(format!(
                "too few of the other voters are known to be healthy ({} of {rest}, {} needed)",
                self.quorum.healthy_voters,
                quorum_size(rest)
            ));
        }
        self.survivors_blocked(member)
    }

    /// A dead process that no list names, but whose own flags name a member of the list.
    fn was_meant_for_this_cluster(&self, member: &MemberView<'_>) -> bool {
        let Some(process) = &member.seen.process else {
            return false;
        };
        let dead = matches!(
            process.state,
            ProcessState::Restarting | ProcessState::Exited | ProcessState::Created
        );
        let meant = process
            .config
            .get("initial-cluster")
            .map(parse_initial_cluster)
            .unwrap_or_default();
        dead && self.listed().any(|(listed, _)| {
            let mut urls = meant.values().flatten();
            urls.any(|url| listed.peer_urls.contains(url))
        })
    }

    /// What about the survivors speaks against removing anyone.
    fn survivors_blocked(&self, target: &MemberView<'_>) -> Option<String> {
        let target_id = target.seen.id();
        let mut survivors = self.own().filter(|m| m.seen.id() != target_id);
        let forced = |m: &MemberView<'_>| {
            let process = m.seen.process.as_ref();
            process.is_some_and(|p| p.config.is_true("force-new-cluster"))
        };
        if survivors.clone().any(forced) {
            return Some(
                "a surviving member still carries force-new-cluster: take that away first"
                    .to_owned(),
            );
        }
        if survivors.any(|m| m.seen.version() == Some(Version::new(3, 5, 0))) {
            return Some(
                "the others run etcd 3.5.0, which panics at its next restart after a removal: \
                 upgrade them first"
                    .to_owned(),
            );
        }
        let alarms = self
            .own()
            .filter_map(|m| m.seen.alarms.value())
            .flatten()
            .filter(|a| Some(a.member_id) != target_id);
        for alarm in alarms {
            let listed = self.listed().any(|(l, _)| l.id == alarm.member_id);
            match alarm.kind {
                AlarmKind::NoSpace if listed => {
                    return Some("a surviving member has raised NOSPACE: treat that first".into());
                }
                AlarmKind::Corrupt if listed => {
                    return Some("a surviving member has raised CORRUPT: treat that first".into());
                }
                _ => {}
            }
        }
        if self.hash_groups().len() > 1 {
            return Some("the surviving members' data differ: settle that first".to_owned());
        }
        None
    }

    /// `etcdctl …` in the way that works here: beside the member's process where that is known,
    /// else from this machine with the access flags in use.
    pub fn etcdctl_command(&self, member: &MemberView<'_>, arguments: &str) -> String {
        if self.observation.access.via == Via::Endpoints {
            let endpoint = member.seen.endpoint.as_deref().unwrap_or_default();
            let mut words = vec![
                "ETCDCTL_API=3 etcdctl".to_owned(),
                format!("--endpoints={endpoint}"),
            ];
            words.extend(self.etcdctl_flags());
            words.push(arguments.to_owned());
            return words.join(" ");
        }
        match &member.seen.process {
            Some(process) => etcdctl_beside(process, arguments),
            None => format!("etcdctl {arguments}"),
        }
    }

    /// Of the access flags those that etcdctl knows, whether given as one word or as two.
    fn etcdctl_flags(&self) -> Vec<String> {
        let mut kept = Vec::new();
        let mut keep_value = false;
        for flag in &self.observation.access.flags {
            let name = flag.split(['=', ' ']).next().unwrap_or(flag);
            if flag.starts_with("--") {
                let known = ETCDCTL_FLAGS.contains(&name);
                keep_value = known && name == flag;
                if known {
                    kept.push(flag.clone());
                }
            } else if keep_value {
                kept.push(flag.clone());
                keep_value = false;
            }
        }
        kept
    }

    /// A command of ours with the access flags in use.
    fn ours(&self, command: &str) -> String {
        let mut words = vec![command.to_owned()];
        words.extend(self.observation.access.flags.iter().cloned());
        words.join(" ")
    }
}

/// How to read a process's log.
pub(super) fn log_command(process: &ProcessObservation) -> String {
    match process.kind {
        ProcessKind::DockerContainer => docker(process, "logs --tail 100"),
        ProcessKind::Pod => {
            let (namespace, pod) = pod_name(&process.name);
            format!("kubectl logs --namespace {namespace} {pod} --previous --tail 100")
        }
        ProcessKind::LocalProcess => format!("journalctl --unit {} --lines 100", process.name),
    }
}

/// How to start a process that does not run; nothing where that is not ours to say.
pub(super) fn start_command(process: &ProcessObservation) -> Option<String> {
    match process.kind {
        ProcessKind::DockerContainer => Some(docker(process, "start")),
        ProcessKind::Pod => None,
        ProcessKind::LocalProcess => Some(format!("systemctl start {}", process.name)),
    }
}

/// How to wake a frozen process.
pub(super) fn unpause_command(process: &ProcessObservation) -> Option<String> {
    match process.kind {
        ProcessKind::DockerContainer => Some(docker(process, "unpause")),
        ProcessKind::Pod => None,
        ProcessKind::LocalProcess => Some(format!("systemctl kill --signal=CONT {}", process.name)),
    }
}

/// How to make a container come back with its engine.
pub(super) fn restart_always_command(process: &ProcessObservation) -> String {
    docker(process, "update --restart=always")
}

/// How to look at a process's state.
pub(super) fn inspect_command(process: &ProcessObservation) -> String {
    match process.kind {
        ProcessKind::DockerContainer => docker(process, "inspect"),
        ProcessKind::Pod => {
            let (namespace, pod) = pod_name(&process.name);
            format!("kubectl describe pod --namespace {namespace} {pod}")
        }
        ProcessKind::LocalProcess => format!("systemctl status {}", process.name),
    }
}

/// `docker [-H ENGINE] VERB NAME`.
fn docker(process: &ProcessObservation, verb: &str) -> String {
    format!("{} {verb} {}", docker_client(process), process.name)
}

fn docker_client(process: &ProcessObservation) -> String {
    if process.seen_on.contains("://") {
        format!("docker -H {}", process.seen_on)
    } else {
        "docker".to_owned()
    }
}

fn etcdctl_beside(process: &ProcessObservation, arguments: &str) -> String {
    match process.kind {
        ProcessKind::DockerContainer => format!(
            "{} exec {} etcdctl {arguments}",
            docker_client(process),
            process.name
        ),
        ProcessKind::Pod => {
            let (namespace, pod) = pod_name(&process.name);
            let files = etcdctl_files(process);
            format!("kubectl exec --namespace {namespace} {pod} -- etcdctl {files}{arguments}")
        }
        ProcessKind::LocalProcess => {
            format!(
                "ETCDCTL_API=3 etcdctl {}{arguments}",
                etcdctl_files(process)
            )
        }
    }
}

/// The certificate paths of the process's own flags, as etcdctl wants them: paths, no content.
fn etcdctl_files(process: &ProcessObservation) -> String {
    let pairs = [
        ("--cacert", "trusted-ca-file"),
        ("--cert", "cert-file"),
        ("--key", "key-file"),
    ];
    let mut text = String::new();
    for (flag, from) in pairs {
        if let Some(path) = process.config.get(from) {
            text.push_str(&format!("{flag}={path} "));
        }
    }
    text
}

/// `namespace/name`, with the usual namespace where none is given.
fn pod_name(name: &str) -> (&str, &str) {
    name.split_once('/').unwrap_or(("kube-system", name))
}
