// SPDX-License-Identifier: Apache-2.0

//! Access: from flags, environment and files to the ways into etcd.

pub mod api;
pub mod args;
mod choose;
mod config_file;
mod container;
mod context_file;
mod duration;
mod environment;
mod found;
mod open;
mod settings;
mod source;
mod topology_cache;

pub use choose::{Circumstances, choose};
pub use config_file::parse_config_file;
pub use container::{
    client_certificate_paths, config_from_inspect, may_be_etcd, process_from_inspect,
};
pub use context_file::ContextFile;
pub use duration::parse_duration;
pub use environment::Environment;
pub use found::{Access, Arrival};
pub use open::{open, settings};
pub use settings::{Login, Origin, Settings};
pub use source::docker::{
    EngineTarget, endpoints_of, etcd_containers, read_log, settings_in_file,
    targets as engine_targets,
};
#[cfg(feature = "replace")]
pub(crate) use source::kubernetes::selection as kubernetes_selection;
#[cfg(feature = "replace")]
pub(crate) use source::local::local_config;
pub use topology_cache::{CacheKeys, Topology, TopologyCache};
