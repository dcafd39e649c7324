// SPDX-License-Identifier: Apache-2.0

//! etcd through nothing but the Kubernetes API: port-forward, exec, and the choice among them.

mod certificates;
pub mod etcdctl;
mod helper;
mod open;
pub(super) mod pods;
mod reach;
mod streams;

pub use streams::PodStreams;

pub(super) use open::{ApiWay, open};
