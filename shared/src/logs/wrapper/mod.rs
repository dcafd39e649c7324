// SPDX-License-Identifier: Apache-2.0

//! What runtimes and supervisors put around a line: one file each and the list below.

mod cri;
mod docker_json;
mod journald;
mod k0s;
mod peel;
mod prefix;

pub(crate) use peel::{Peeled, unwrap_line};

/// Every wrapper, tried in this order and again on what is inside.
const WRAPPERS: &[fn(&str) -> Option<Peeled<'_>>] = &[
    docker_json::peel,
    cri::peel,
    k0s::peel,
    journald::peel,
    prefix::peel,
];
