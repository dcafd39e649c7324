// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-replace` on real clusters: real engines, real etcd, real faults.

// Some tests print figures.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod begun_by_hand;
mod cells;
mod config_file;
mod crash_calls;
mod cures;
mod incident;
mod interruptions;
mod outages;
mod pairwise;
// Shared with docker-inspect-run's tests, which also count the calls.
#[allow(dead_code)]
#[path = "../docker_inspect_run/lab/proxy.rs"]
mod proxy;
mod refusals;
mod remake;
mod stand;
mod writer;
