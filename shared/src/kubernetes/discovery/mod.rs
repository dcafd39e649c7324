// SPDX-License-Identifier: Apache-2.0

//! Where a cluster keeps its etcd, told from API objects alone: one file per kind of place in
//! `source/`, one list. All of it is pure; `docs/access.md` has the table.

mod discovered;
mod nodes;
mod objects;
mod pod;
mod source;
mod sources;
#[cfg(test)]
mod tests;
mod words;

pub use discovered::{Discovered, Runs};
pub(super) use nodes::to_timestamp;
pub use nodes::{host_addresses, node_facts};
pub use objects::ApiObjects;
pub use pod::{EtcdPod, etcd_pod};
pub use sources::{Discovery, SOURCES, discover};
