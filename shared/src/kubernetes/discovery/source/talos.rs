// SPDX-License-Identifier: Apache-2.0

use crate::kubernetes::discovery::objects::os_image;
use crate::kubernetes::discovery::source::node_service::{control_plane, endpoints_on};
use crate::kubernetes::discovery::{ApiObjects, Discovered, Runs};

/// Talos: a service of the control-plane machines, no pod.
pub(crate) fn find(objects: &ApiObjects) -> Option<Discovered> {
    if !objects
        .nodes
        .iter()
        .any(|node| os_image(node).starts_with("Talos"))
    {
        return None;
    }
    let mut found = Discovered::without_pods("a service of the Talos machines", Runs::Nodes);
    found.endpoints = endpoints_on(&control_plane(objects));
    Some(found.noted(
        "Talos keeps etcd's certificates on its machines: `talosctl etcd status` asks them itself, \
         and `talosctl etcd members` lists them",
    ))
}
