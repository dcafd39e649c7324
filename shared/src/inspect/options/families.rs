// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use super::view::View;
use super::{
    devices, health, identity, logging, mounts, network, process, resources, security, stdio,
};
use crate::inspect::json::is_empty;
use crate::inspect::spec::RunSpec;
use crate::inspect::{EngineFacts, Request};

/// One family of options.
pub(super) struct Family {
    /// The fields that it reads; a field that no family reads is never dropped in silence.
    pub(super) fields: &'static [&'static str],
    pub(super) emit: fn(&View<'_>, &mut RunSpec),
}

/// All families in the order in which their options are printed.
const FAMILIES: &[Family] = &[
    identity::FAMILY,
    stdio::FAMILY,
    process::FAMILY,
    resources::FAMILY,
    devices::FAMILY,
    security::FAMILY,
    mounts::FAMILY,
    network::FAMILY,
    logging::FAMILY,
    health::FAMILY,
];

/// Fields that no option sets and that change nothing: the image's own, or the client's terminal.
const SILENT: &[&str] = &["Config.OnBuild", "HostConfig.ConsoleSize"];

/// Every field that some option prints.
pub fn option_fields() -> impl Iterator<Item = &'static str> {
    FAMILIES
        .iter()
        .flat_map(|family| family.fields.iter().copied())
}

/// Adds the options of all families, and a loss for each field that says something none prints.
pub(in crate::inspect) fn emit(request: &Request, facts: &EngineFacts, spec: &mut RunSpec) {
    let view = View { request, facts };
    for family in FAMILIES {
        (family.emit)(&view, spec);
    }
    for (section, map) in [
        ("Config", &request.config),
        ("HostConfig", &request.host_config),
    ] {
        for (key, value) in map {
            let name = format!("{section}.{key}");
            let known = option_fields()
                .chain(SILENT.iter().copied())
                .any(|field| field == name);
            if !known && !is_empty(value) {
                spec.loss(&name, format!("no option sets it to {}", shown(value)));
            }
        }
    }
}

/// A value in a message, cut where it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
