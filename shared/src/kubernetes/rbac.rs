// SPDX-License-Identifier: Apache-2.0

//! The rights that each way through the API needs: data, from which `--rbac` prints ClusterRoles.

use std::fmt::Write as _;

use crate::model::Via;

/// Rights on one kind of object.
struct Rule {
    resources: &'static [&'static str],
    verbs: &'static [&'static str],
}

/// A role: what a way needs, cluster-wide and in the namespace of the etcd pods.
struct Role {
    name: &'static str,
    what: &'static str,
    cluster: &'static [Rule],
    namespace: &'static [Rule],
}

const fn rule(resources: &'static [&'static str], verbs: &'static [&'static str]) -> Rule {
    Rule { resources, verbs }
}

const NODES: &[Rule] = &[rule(&["nodes"], &["get", "list"])];

const VIEW: &[Rule] = &[
    rule(&["pods", "events"], &["get", "list"]),
    rule(&["pods/log"], &["get"]),
];

// Exec and port-forward are asked for by GET over WebSocket, which older API servers authorise as
// `get` and newer ones as `create`.
const FORWARD: &[Rule] = &[
    rule(&["pods", "events"], &["get", "list"]),
    rule(&["pods/log"], &["get"]),
    rule(&["pods/portforward"], &["get", "create"]),
];

const EXEC: &[Rule] = &[
    rule(&["pods", "events"], &["get", "list"]),
    rule(&["pods/log"], &["get"]),
    rule(&["pods/exec"], &["get", "create"]),
];

const HELPER: &[Rule] = &[
    rule(&["pods"], &["get", "list", "create", "delete"]),
    rule(&["configmaps"], &["get", "create", "update", "delete"]),
    rule(&["events"], &["get", "list"]),
    rule(&["pods/log"], &["get"]),
    rule(&["pods/exec", "pods/portforward"], &["get", "create"]),
];

const ROLES: &[(Via, Role)] = &[
    (
        Via::Api,
        Role {
            name: "kubectl-etcd-api",
            what: "--via api: nodes and pods tell where etcd is; it is asked straight, with certificates given",
            cluster: NODES,
            namespace: VIEW,
        },
    ),
    (
        Via::ApiPortforward,
        Role {
            name: "kubectl-etcd-api-portforward",
            what: "--via api-portforward: the same through the API server, with certificates given",
            cluster: NODES,
            namespace: FORWARD,
        },
    ),
    (
        Via::ApiExec,
        Role {
            name: "kubectl-etcd-api-exec",
            what: "--via api-exec: the etcd pods' own etcdctl, or their certificates; whoever may exec \
                   into etcd's pods may read every Secret of the cluster",
            cluster: NODES,
            namespace: EXEC,
        },
    ),
    (
        Via::ApiHelper,
        Role {
            name: "kubectl-etcd-api-helper",
            what: "--via api-helper and kubectl etcd-replace: a privileged pod on the node; whoever \
                   may make one is root on every node",
            cluster: NODES,
            namespace: HELPER,
        },
    ),
];

/// The ClusterRoles of these ways (all of them without one), as YAML documents.
pub fn cluster_roles(only: Option<Via>) -> String {
    let mut text = String::new();
    for (via, role) in ROLES {
        if only.is_some_and(|only| only != *via) {
            continue;
        }
        let _ = write!(
            text,
            "---\n# {}\n# Bind it for the whole cluster:\n#   kubectl create clusterrolebinding {name} \
             --clusterrole={name} --user=NAME\n",
            role.what,
            name = role.name
        );
        document(&mut text, role.name, role.cluster);
        let name = format!("{}-pods", role.name);
        let _ = write!(
            text,
            "---\n# The rest of it. Bind it in the namespace of the etcd pods alone:\n#   kubectl \
             create rolebinding {name} -n kube-system --clusterrole={name} --user=NAME\n"
        );
        document(&mut text, &name, role.namespace);
    }
    text
}

fn document(text: &mut String, name: &str, rules: &[Rule]) {
    let _ = write!(
        text,
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {name}\nrules:\n"
    );
    for rule in rules {
        let _ = writeln!(
            text,
            "- apiGroups: [\"\"]\n  resources: [{}]\n  verbs: [{}]",
            rule.resources.join(", "),
            rule.verbs.join(", ")
        );
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::rbac::v1::ClusterRole;

    use super::*;

    #[test]
    fn every_document_is_a_cluster_role() {
        let text = cluster_roles(None);
        let documents: Vec<&str> = text
            .split("---\n")
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(documents.len(), 2 * ROLES.len());
        for document in documents {
            let role: ClusterRole = serde_saphyr::from_str(document).unwrap();
            assert!(!role.rules.unwrap_or_default().is_empty(), "{document}");
        }
        let one = cluster_roles(Some(Via::ApiExec));
        assert!(one.contains("pods/exec") && !one.contains("configmaps"));
    }
}
