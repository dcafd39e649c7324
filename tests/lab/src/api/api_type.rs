// SPDX-License-Identifier: Apache-2.0

use super::ApiServer;
use crate::error::Result;
use crate::kubeadm::ControlPlane;
use crate::run::Run;

/// What answers for Kubernetes in a lab.
#[derive(Debug, Clone)]
pub(crate) enum Api {
    /// One process of the host, on all members.
    Process(ApiServer),
    /// kubeadm's static pods, one a node.
    Pods(ControlPlane),
}

impl Api {
    /// kubectl as an administrator.
    pub(crate) fn kubectl(&self) -> Run {
        match self {
            Self::Process(server) => server.kubectl(),
            Self::Pods(plane) => plane.kubectl(),
        }
    }

    /// Ends it.
    pub(crate) fn stop(&self) -> Result<()> {
        match self {
            Self::Process(server) => {
                server.stop();
                Ok(())
            }
            Self::Pods(plane) => plane.stop(),
        }
    }
}
