// SPDX-License-Identifier: Apache-2.0

use crate::model::{EtcdConfig, Finding, ManifestFile, ManifestFolder, Severity, Subject};
use crate::rules::{Family, MemberView, Rule, RuleInput, rank};

/// The kubelet's manifest folder, where it could be read on the node.
pub const FAMILY: Family = Family {
    name: "manifests",
    rules: &[EXTRA, BROKEN, DIFFERS],
    check,
};

const EXTRA: Rule = Rule {
    id: "manifest-extra",
    title: "the kubelet's folder holds a second etcd manifest",
    severity: Severity::Warning,
    rank: rank::CAUSE + 8,
    condition: "more than one file of the static pod folder defines an etcd pod",
    authority: "Kubernetes (kubelet reads every file that does not begin with a dot)",
    meaning: "A copy such as etcd.yaml.backup is a manifest like any other: the kubelet runs it, \
              beside the true one or in its stead, with whatever settings it has.",
    remedy: "Move the copy out of that folder; never rename inside it.",
    reference: "https://github.com/kubernetes/kubeadm/issues/2823",
};
const BROKEN: Rule = Rule {
    id: "manifest-unreadable",
    title: "the etcd manifest cannot be read as a pod",
    severity: Severity::Degraded,
    rank: rank::CAUSE + 8,
    condition: "a file of the static pod folder is named after etcd and is no pod",
    authority: "Kubernetes (kubelet)",
    meaning: "The kubelet skips it: once the running pod ends, nothing starts etcd again.",
    remedy: "Mend the file beside the folder, then move it in.",
    reference: "https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/",
};
const DIFFERS: Rule = Rule {
    id: "manifest-not-applied",
    title: "the etcd manifest on the node is not what runs",
    severity: Severity::Warning,
    rank: rank::OWN,
    condition: "a flag of the manifest differs from the pod's",
    authority: "kubectl-etcd",
    meaning: "The file was changed and the kubelet has not taken it up: it does not run, has \
              rejected the new pod, or another file of the folder wins.",
    remedy: "Look at the kubelet of that node.",
    reference: "https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/",
};

fn check(input: &RuleInput<'_>, findings: &mut Vec<Finding>) {
    for folder in &input.observation.manifest_folders {
        let member = member_of(input, folder);
        let subject = member.map_or_else(
            || Subject::Node {
                name: folder
                    .node
                    .clone()
                    .unwrap_or_else(|| "this node".to_owned()),
            },
            MemberView::subject,
        );
        findings.extend(extra(folder, subject.clone()));
        findings.extend(broken(folder, &subject));
        findings.extend(member.and_then(|member| differs(folder, member)));
    }
}

/// The member that the folder's etcd is: by node, else by the name in the manifest.
fn member_of<'a, 'b>(
    input: &'b RuleInput<'a>,
    folder: &ManifestFolder,
) -> Option<&'b MemberView<'a>> {
    let by_node = input.members.iter().find(|member| {
        let node = member.seen.node.as_ref();
        folder.node.is_some() && node.map(|node| &node.name) == folder.node.as_ref()
    });
    by_node.or_else(|| {
        let names: Vec<&str> = folder
            .files
            .iter()
            .filter_map(|file| file.config.as_ref()?.get("name"))
            .collect();
        input
            .members
            .iter()
            .find(|member| names.contains(&member.seen.label.as_str()))
    })
}

fn extra(folder: &ManifestFolder, subject: Subject) -> Option<Finding> {
    let names: Vec<&str> = folder
        .files
        .iter()
        .filter(|file| file.config.is_some())
        .map(|file| file.name.as_str())
        .collect();
    if names.len() < 2 {
        return None;
    }
    let true_one = "etcd.yaml";
    let copies: Vec<&str> = names.iter().copied().filter(|n| *n != true_one).collect();
    let path = folder.path.trim_end_matches('/');
    Some(
        EXTRA
            .finding(
                subject,
                format!(
                    "{} is run by the kubelet like the true manifest",
                    copies.join(", ")
                ),
            )
            .shown_by(&folder.path, names.join(", "))
            .with_commands(
                copies
                    .iter()
                    .map(|name| format!("sudo mv {path}/{name} /etc/kubernetes/")),
            ),
    )
}

fn broken(folder: &ManifestFolder, subject: &Subject) -> Vec<Finding> {
    let unreadable = |file: &ManifestFile| {
        let problem = file.problem.as_ref()?;
        let path = format!("{}/{}", folder.path.trim_end_matches('/'), file.name);
        Some(
            BROKEN
                .finding(subject.clone(), "the kubelet cannot make a pod of it")
                .shown_by(path, problem),
        )
    };
    folder.files.iter().filter_map(unreadable).collect()
}

fn differs(folder: &ManifestFolder, member: &MemberView<'_>) -> Option<Finding> {
    let process = member.seen.process.as_ref()?;
    let file = folder.files.iter().find(|file| file.name == "etcd.yaml")?;
    let (written, runs) = (file.config.as_ref()?, &process.config);
    if runs == &EtcdConfig::default() {
        return None;
    }
    let mut names: Vec<&String> = written.flags.keys().chain(runs.flags.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changed: Vec<String> = names
        .into_iter()
        .filter(|name| written.get(name) != runs.get(name))
        .map(|name| {
            format!(
                "--{name}: {} in the file, {} in the pod",
                written.get(name).unwrap_or("nothing"),
                runs.get(name).unwrap_or("nothing")
            )
        })
        .collect();
    if changed.is_empty() {
        return None;
    }
    let path = format!("{}/{}", folder.path.trim_end_matches('/'), file.name);
    Some(
        DIFFERS
            .finding(member.subject(), "the kubelet has not taken the file up")
            .shown_by(path, changed.join("; ")),
    )
}
