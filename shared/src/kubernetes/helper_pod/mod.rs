// SPDX-License-Identifier: Apache-2.0

//! A short-lived pod on one node in which the helper program runs: the way to a node's files and
//! network with nothing but the API server. What it is made of is pure; `docs/access.md` says which
//! rights it needs.

mod error;
mod live;
mod manifest;
mod pod;
mod streams;

pub use error::HelperPodError;
pub use live::remove_all;
pub use manifest::{HelperPodSpec, PROGRAM, config_map, pod as manifest, safe_name};
pub use pod::HelperPod;
#[cfg(feature = "replace")]
pub(crate) use pod::patiently;
pub use streams::HelperStreams;
