// SPDX-License-Identifier: Apache-2.0

use crate::error::{Explain, Kind};
use crate::kubernetes::KubeError;

/// Why there is no helper pod.
#[derive(Debug, thiserror::Error)]
pub enum HelperPodError {
    /// The API server or the kubelet.
    #[error(transparent)]
    Api(#[from] KubeError),
    /// The account has no right to it.
    #[error("no right to {verb} {what} in namespace {namespace}: {message}")]
    NoRight {
        /// `create`, `delete`, …
        verb: &'static str,
        /// `pods`, `configmaps`, `pods/exec`.
        what: &'static str,
        /// Namespace.
        namespace: String,
        /// The API server's words.
        message: String,
    },
    /// An admission turned it down.
    #[error("the cluster does not admit a helper pod on node {node}: {message}")]
    NotAdmitted {
        /// Node.
        node: String,
        /// The admission's words.
        message: String,
    },
    /// AlwaysPullImages.
    #[error(
        "the admission plugin AlwaysPullImages makes node {node} pull {image} before the helper may run"
    )]
    AlwaysPull {
        /// Node.
        node: String,
        /// Image.
        image: String,
    },
    /// The image is not on the node.
    #[error("the image {image} is not on node {node} ({why})")]
    NoImage {
        /// Node.
        node: String,
        /// Image.
        image: String,
        /// The kubelet's word.
        why: String,
    },
    /// The kubelet does not run it.
    #[error("the kubelet of node {node} did not start the helper pod within {seconds} s: {last}")]
    NotStarted {
        /// Node.
        node: String,
        /// The time allowed.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
    /// It ended by itself.
    #[error("the helper pod on node {node} ended: {why}")]
    Ended {
        /// Node.
        node: String,
        /// Why.
        why: String,
    },
}

impl HelperPodError {
    /// A failed creation or deletion of an object.
    pub(super) fn of_request(
        error: KubeError,
        verb: &'static str,
        what: &'static str,
        namespace: &str,
        node: &str,
    ) -> Self {
        match error {
            KubeError::Answered {
                code: 403, message, ..
            } if is_missing_right(&message) => Self::NoRight {
                verb,
                what,
                namespace: namespace.to_owned(),
                message,
            },
            KubeError::Answered {
                code: 403 | 422 | 400,
                message,
                ..
            } => Self::NotAdmitted {
                node: node.to_owned(),
                message,
            },
            other => Self::Api(other),
        }
    }

    /// Id of the refusal that it is, where nothing was changed because of it.
    pub fn refusal_id(&self) -> Option<&'static str> {
        match self {
            Self::NoRight { .. } => Some("no-right"),
            Self::NotAdmitted { .. } => Some("not-admitted"),
            Self::AlwaysPull { .. } => Some("always-pull-images"),
            Self::NoImage { .. } => Some("no-helper-image"),
            Self::NotStarted { .. } => Some("helper-not-started"),
            Self::Api(_) | Self::Ended { .. } => None,
        }
    }
}

/// RBAC's words: `User "x" cannot create resource "pods" in API group "" in the namespace "y"`.
/// Pod Security and quotas answer 403, too, with words of their own.
fn is_missing_right(message: &str) -> bool {
    message.contains("cannot ") && message.contains(" resource ")
}

impl Explain for HelperPodError {
    fn kind(&self) -> Kind {
        match self {
            Self::Api(error) => error.kind(),
            Self::Ended { .. } => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Api(error) => return error.hint(),
            Self::Ended { .. } => return None,
            Self::NoRight { .. } => {
                "`kubectl etcd-health --rbac` prints the ClusterRole that each way needs".to_owned()
            }
            Self::NotAdmitted { message, .. } if message.contains("PodSecurity") => {
                "let privileged pods into that namespace: `kubectl label namespace kube-system \
                 pod-security.kubernetes.io/enforce=privileged --overwrite`; or work on the node \
                 itself with `--via local`"
                    .to_owned()
            }
            Self::NotAdmitted { .. } => {
                "exempt the namespace kube-system from that policy, or work on the node itself \
                 with `--via local`"
                    .to_owned()
            }
            Self::AlwaysPull { .. } => {
                "give an image that the node can pull with `--helper-image IMAGE` (any image does, \
                 also one without a shell), or work on the node itself with `--via local`"
                    .to_owned()
            }
            Self::NoImage { .. } => {
                "give an image that is on the node or that it can pull with `--helper-image IMAGE` \
                 (any image does, also one without a shell)"
                    .to_owned()
            }
            Self::NotStarted { node, .. } => format!(
                "look at the kubelet of that node (`systemctl status kubelet`, `kubectl describe \
                 node {node}`), or work on the node itself with `--via local`"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: u16, message: &str) -> KubeError {
        KubeError::Answered {
            server: "s".to_owned(),
            what: "w".to_owned(),
            code,
            reason: "Forbidden".to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_missing_right_is_told_from_an_admission() {
        let of = |message: &str| {
            HelperPodError::of_request(
                answered(403, message),
                "create",
                "pods",
                "kube-system",
                "n1",
            )
        };
        let rbac = of(
            "pods is forbidden: User \"jane\" cannot create resource \"pods\" in API group \"\" in \
             the namespace \"kube-system\"",
        );
        assert_eq!(rbac.refusal_id(), Some("no-right"));
        let security =
            of("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged");
        assert_eq!(security.refusal_id(), Some("not-admitted"));
        assert!(security.hint().unwrap().contains("enforce=privileged"));
        let other = HelperPodError::of_request(answered(500, "x"), "create", "pods", "a", "b");
        assert_eq!(other.refusal_id(), None);
    }
}
