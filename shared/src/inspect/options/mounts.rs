// SPDX-License-Identifier: Apache-2.0

//! Volumes, bind mounts, tmpfs.

use super::families::Family;
use super::mount_csv;
use super::view::View;
use crate::inspect::json::{list, pairs, text, texts};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "HostConfig.Binds",
        "Config.Volumes",
        "HostConfig.VolumeDriver",
        "HostConfig.Mounts",
        "HostConfig.Tmpfs",
        "HostConfig.VolumesFrom",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    for bind in texts(view.host("Binds")) {
        spec.option("--volume", bind, "HostConfig.Binds");
    }
    for (path, _) in pairs(view.config("Volumes")) {
        if path.contains(':') {
            spec.loss(
                "Config.Volumes",
                format!("the path {path:?} has a colon, at which docker cuts"),
            );
        } else {
            spec.option("--volume", path, "Config.Volumes");
        }
    }
    if view.says("HostConfig.VolumeDriver") {
        spec.option(
            "--volume-driver",
            text(view.host("VolumeDriver")),
            "HostConfig.VolumeDriver",
        );
    }
    for mount in list(view.host("Mounts")) {
        mount_csv::emit(
            mount,
            view.facts.api.is_none() || view.facts.speaks(1, 44),
            spec,
        );
    }
    for (path, options) in pairs(view.host("Tmpfs")) {
        if path.contains(':') {
            spec.loss(
                "HostConfig.Tmpfs",
                format!("the path {path:?} has a colon, at which docker cuts"),
            );
            continue;
        }
        let value = match text(options) {
            "" => path.to_owned(),
            options => format!("{path}:{options}"),
        };
        spec.option("--tmpfs", value, "HostConfig.Tmpfs");
    }
    for from in texts(view.host("VolumesFrom")) {
        spec.option("--volumes-from", from, "HostConfig.VolumesFrom");
    }
}
