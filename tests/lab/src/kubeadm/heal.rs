// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use super::control_plane::ControlPlane;
use super::images;
use super::kubelet::SERVICE;
use crate::error::Result;
use crate::etcd::Golden;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait::at_once;

/// Puts every node back to the state in which the lab came up: kubelets ended, every container
/// removed, files restored, kubelets started. The API servers start anew, too: one that has seen
/// revisions which etcd no longer has would wait for them.
pub(crate) fn heal(
    lab: &Lab,
    plane: &ControlPlane,
    reset: impl Fn(&Node) -> Result<()> + Sync,
) -> Result<()> {
    let golden = Golden::of(&lab.folder());
    at_once(lab.nodes(), |node| {
        node.stop_service_with(SERVICE, "KILL")?;
        reset(node)?;
        images::use_etcd(node, lab.spec().etcd.image)?;
        golden.restore(node)
    })?;
    at_once(lab.nodes(), |node| node.start_service(SERVICE))?;
    plane.balancer.start(&plane.nodes)?;
    lab.wait_healthy(Duration::from_secs(120))?;
    plane.wait_every_server()?;
    plane.wait_mirror_pods()
}
