// SPDX-License-Identifier: Apache-2.0

//! Name, host name, labels, restart policy.

use super::families::Family;
use super::view::View;
use crate::inspect::json::{flag, int, pairs, text};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "Config.Hostname",
        "Config.Domainname",
        "HostConfig.AutoRemove",
        "HostConfig.RestartPolicy",
        "Config.Labels",
        "HostConfig.Annotations",
        "HostConfig.ContainerIDFile",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    if !view.request.name.is_empty() {
        spec.option("--name", &view.request.name, "Name");
    }
    for (option, field) in [
        ("--hostname", "Config.Hostname"),
        ("--domainname", "Config.Domainname"),
    ] {
        if view.says(field) {
            spec.option(option, text(view.field(field)), field);
        }
    }
    if flag(view.host("AutoRemove")) {
        spec.switch("--rm", "HostConfig.AutoRemove");
    }
    restart(view, spec);
    for (key, value) in pairs(view.config("Labels")) {
        key_value("--label", "Config.Labels", key, text(value), spec);
    }
    for (key, value) in pairs(view.host("Annotations")) {
        key_value(
            "--annotation",
            "HostConfig.Annotations",
            key,
            text(value),
            spec,
        );
    }
    if view.says("HostConfig.ContainerIDFile") {
        let why = "the client's --cidfile is left out: docker refuses one that exists";
        spec.note("HostConfig.ContainerIDFile", why);
    }
}

fn restart(view: &View<'_>, spec: &mut RunSpec) {
    let field = "HostConfig.RestartPolicy";
    let policy = view.host("RestartPolicy");
    let name = text(crate::inspect::json::at(policy, "Name"));
    let count = int(crate::inspect::json::at(policy, "MaximumRetryCount"));
    match (name, count) {
        ("" | "no", _) => {}
        ("on-failure", count) if count != 0 => {
            spec.option("--restart", format!("on-failure:{count}"), field);
        }
        (name, _) => spec.option("--restart", name, field),
    }
}

/// `key=value` for options that cut at the first `=`.
pub(super) fn key_value(
    option: &'static str,
    field: &str,
    key: &str,
    value: &str,
    spec: &mut RunSpec,
) {
    // docker's client refuses such names; another client of the API can have set them.
    let blank = |c: char| c.is_whitespace();
    if key.is_empty() || key.contains('=') || (option == "--label" && key.contains(blank)) {
        spec.loss(field, format!("no option can set the name {key:?}"));
        return;
    }
    spec.option(option, format!("{key}={value}"), field);
}
