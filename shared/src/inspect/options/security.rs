// SPDX-License-Identifier: Apache-2.0

//! Privileges, namespaces, kernel settings.

use serde_json::Value;

use super::families::Family;
use super::identity::key_value;
use super::view::View;
use crate::inspect::json::{flag, pairs, text, texts};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "HostConfig.Privileged",
        "HostConfig.CapAdd",
        "HostConfig.CapDrop",
        "HostConfig.SecurityOpt",
        "HostConfig.MaskedPaths",
        "HostConfig.ReadonlyPaths",
        "HostConfig.GroupAdd",
        "HostConfig.UsernsMode",
        "HostConfig.UTSMode",
        "HostConfig.IpcMode",
        "HostConfig.PidMode",
        "HostConfig.CgroupnsMode",
        "HostConfig.Isolation",
        "HostConfig.ReadonlyRootfs",
        "HostConfig.Sysctls",
    ],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    let privileged = flag(view.host("Privileged"));
    if privileged {
        spec.switch("--privileged", "HostConfig.Privileged");
    }
    for (option, field) in [
        ("--cap-add", "HostConfig.CapAdd"),
        ("--cap-drop", "HostConfig.CapDrop"),
        ("--group-add", "HostConfig.GroupAdd"),
    ] {
        for value in texts(view.field(field)) {
            spec.option(option, value, field);
        }
    }
    for value in texts(view.host("SecurityOpt")) {
        security_option(value, spec);
    }
    system_paths(view, privileged, spec);
    for (option, field) in [
        ("--userns", "HostConfig.UsernsMode"),
        ("--uts", "HostConfig.UTSMode"),
        ("--pid", "HostConfig.PidMode"),
        ("--isolation", "HostConfig.Isolation"),
    ] {
        if view.says(field) {
            spec.option(option, text(view.field(field)), field);
        }
    }
    let ipc = text(view.host("IpcMode"));
    if !matches!(ipc, "" | "private") {
        spec.option("--ipc", ipc, "HostConfig.IpcMode");
    }
    cgroup_namespace(view, spec);
    if flag(view.host("ReadonlyRootfs")) {
        spec.switch("--read-only", "HostConfig.ReadonlyRootfs");
    }
    for (key, value) in pairs(view.host("Sysctls")) {
        key_value("--sysctl", "HostConfig.Sysctls", key, text(value), spec);
    }
}

fn security_option(value: &str, spec: &mut RunSpec) {
    let field = "HostConfig.SecurityOpt";
    let profile = value
        .strip_prefix("seccomp=")
        .or_else(|| value.strip_prefix("seccomp:"));
    match profile {
        Some(profile) if profile.trim_start().starts_with('{') => {
            if serde_json::from_str::<Value>(profile).is_err() {
                spec.loss(
                    field,
                    "the seccomp profile is no valid JSON, which docker refuses",
                );
                return;
            }
            // docker takes a file's name only, and stores the file's content.
            spec.file("--security-opt", "seccomp=", profile, field);
        }
        _ => spec.option("--security-opt", value, field),
    }
}

/// `systempaths=unconfined` is the client's: it sends two empty lists instead of none.
fn system_paths(view: &View<'_>, privileged: bool, spec: &mut RunSpec) {
    let (masked, readonly) = (view.host("MaskedPaths"), view.host("ReadonlyPaths"));
    let is_empty_list = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    if is_empty_list(masked) && is_empty_list(readonly) {
        if privileged {
            // Privileged has none anyway.
            return;
        }
        spec.option(
            "--security-opt",
            "systempaths=unconfined",
            "HostConfig.MaskedPaths",
        );
        return;
    }
    // The engine's own lists, which grow with its versions, have these since 17.06.
    for (field, value, own) in [
        ("HostConfig.MaskedPaths", masked, "/proc/kcore"),
        ("HostConfig.ReadonlyPaths", readonly, "/proc/sysrq-trigger"),
    ] {
        let paths = texts(value);
        let usual = paths.contains(&own)
            && paths
                .iter()
                .all(|path| path.starts_with("/proc/") || path.starts_with("/sys/"));
        if !value.is_null() && !usual {
            spec.loss(field, "no option sets single paths");
        }
    }
}

fn cgroup_namespace(view: &View<'_>, spec: &mut RunSpec) {
    let mode = text(view.host("CgroupnsMode"));
    let default = match view.facts.cgroup_version.as_deref() {
        Some("2") => "private",
        Some(_) => "host",
        // Nothing known of the engine: cgroup v2 is what today's systems have.
        None => "private",
    };
    if !mode.is_empty() && mode != default {
        spec.option("--cgroupns", mode, "HostConfig.CgroupnsMode");
    }
}
