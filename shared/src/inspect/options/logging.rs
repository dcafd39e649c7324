// SPDX-License-Identifier: Apache-2.0

//! Log driver and its options.

use super::families::Family;
use super::view::View;
use crate::inspect::json::{at, pairs, text};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &["HostConfig.LogConfig"],
    emit,
};

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    let field = "HostConfig.LogConfig";
    let log = view.host("LogConfig");
    let driver = text(at(log, "Type"));
    let options = pairs(at(log, "Config"));
    let default = view.facts.logging_driver.as_deref().unwrap_or("json-file");
    // With options the driver is named too: they are its own.
    if !driver.is_empty() && (driver != default || !options.is_empty()) {
        spec.option("--log-driver", driver, field);
    }
    if driver == "none" && !options.is_empty() {
        spec.loss(field, "docker refuses log options beside the driver none");
        return;
    }
    for (key, value) in options {
        let value = text(value);
        if key.contains('=') {
            spec.loss(field, format!("no option can set the name {key:?}"));
        } else {
            spec.option("--log-opt", format!("{key}={value}"), field);
        }
    }
}
