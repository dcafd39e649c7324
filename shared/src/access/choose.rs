// SPDX-License-Identifier: Apache-2.0

use super::Origin;
use crate::error::ShownError;
use crate::model::Via;

/// What decides the way into etcd.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// `--via`.
    pub forced: Option<Via>,
    /// Where endpoints came from.
    pub endpoints: Origin,
    /// Where Docker engines came from.
    pub docker: Origin,
    /// Whether a kubectl flag was given.
    pub kube_flags: bool,
    /// Whether there is a kubeconfig with a current context, or a pod's account.
    pub kubeconfig: bool,
    /// Whether this machine has files of an etcd.
    pub local_files: bool,
}

/// The first way that applies: endpoints, Docker, this machine, the Kubernetes API.
/// An explicit flag of any kind comes before the environment and the files of another.
pub fn choose(given: &Circumstances) -> Result<Via, ShownError> {
    if let Some(via) = given.forced {
        return Ok(via);
    }
    let order = [
        (given.endpoints == Origin::Flag, Via::Endpoints),
        (given.docker == Origin::Flag, Via::Docker),
        (given.endpoints == Origin::Environment, Via::Endpoints),
        (given.endpoints == Origin::ContextFile, Via::Endpoints),
        (given.docker == Origin::ContextFile, Via::Docker),
        (given.kube_flags, Via::Api),
        (given.local_files, Via::Local),
        (given.kubeconfig, Via::Api),
    ];
    order.iter().find(|(applies, _)| *applies).map(|(_, via)| *via).ok_or_else(|| {
        ShownError::usage("nothing says where etcd is")
            .caused_by("no flag, no ETCDCTL_ENDPOINTS, no kubeconfig, no etcd files on this machine")
            .hinted(
                "give `--kubeconfig FILE`, `--endpoints URL,…` with `--cacert --cert --key`, or \
                 `--docker-host ssh://root@HOST`",
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_way_that_applies_is_taken() {
        use Origin::{ContextFile, Environment, Flag, Unset};
        let cases = [
            (Flag, Flag, true, true, Some(Via::Endpoints)),
            (Environment, Flag, false, true, Some(Via::Docker)),
            (Environment, Unset, false, true, Some(Via::Endpoints)),
            (Unset, ContextFile, true, true, Some(Via::Docker)),
            (Unset, Unset, true, true, Some(Via::Api)),
            (Unset, Unset, false, true, Some(Via::Local)),
            (Unset, Unset, false, false, None),
        ];
        for (endpoints, docker, kube_flags, local_files, want) in cases {
            let given = Circumstances {
                forced: None,
                endpoints,
                docker,
                kube_flags,
                kubeconfig: kube_flags,
                local_files,
            };
            assert_eq!(choose(&given).ok(), want, "{given:?}");
        }
    }
}
