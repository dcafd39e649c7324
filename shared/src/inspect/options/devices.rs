// SPDX-License-Identifier: Apache-2.0

//! Devices, GPUs and the runtime.

use super::families::Family;
use super::gpus;
use super::view::View;
use crate::inspect::json::{at, list, text, texts};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "HostConfig.Devices",
        "HostConfig.DeviceCgroupRules",
        "HostConfig.DeviceRequests",
        "HostConfig.Runtime",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    for device in list(view.host("Devices")) {
        let host = text(at(device, "PathOnHost"));
        let inside = text(at(device, "PathInContainer"));
        let mode = text(at(device, "CgroupPermissions"));
        let sound = inside.starts_with('/')
            && !host.is_empty()
            && !mode.is_empty()
            && !format!("{host}{inside}").contains(':');
        if inside.is_empty() && mode.is_empty() {
            // Windows knows no more than the host's name for it.
            spec.option("--device", host, "HostConfig.Devices");
        } else if sound {
            // In full: docker takes a second part such as "rw" for a mode.
            spec.option(
                "--device",
                format!("{host}:{inside}:{mode}"),
                "HostConfig.Devices",
            );
        } else {
            let why = format!("no option can say {host:?} at {inside:?} with {mode:?}");
            spec.loss("HostConfig.Devices", why);
        }
    }
    for rule in texts(view.host("DeviceCgroupRules")) {
        spec.option("--device-cgroup-rule", rule, "HostConfig.DeviceCgroupRules");
    }
    for request in list(view.host("DeviceRequests")) {
        gpus::emit(request, spec);
    }
    let runtime = text(view.host("Runtime"));
    let default = view.facts.default_runtime.as_deref().unwrap_or("runc");
    if !runtime.is_empty() && runtime != default {
        spec.option("--runtime", runtime, "HostConfig.Runtime");
    }
}
