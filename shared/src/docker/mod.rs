// SPDX-License-Identifier: Apache-2.0

//! The Docker Engine API: where an engine is, the connection to it, and calls on it.
//!
//! `resolve` finds the engine as the docker CLI does, `connect` opens byte streams to it, and
//! [`Engine`] calls it: raw JSON where nothing may be lost, bollard for logs, archives and the
//! life of containers.

mod api_version;
mod archive;
mod connect;
mod containers;
mod context;
mod context_names;
mod engine;
mod error;
mod host;
mod http;
mod lifecycle;
mod log_lines;
#[cfg(feature = "inspect")]
pub mod recreate;
mod resolve;
#[cfg(feature = "inspect")]
mod sources;
mod tar_entries;
mod typed;

pub use api_version::ApiVersion;
pub use archive::PathStat;
pub use containers::ListFilter;
pub use context::{Context, load_context};
pub use context_names::context_names;
pub use engine::{Engine, Reply, query, segment};
pub use error::EngineError;
pub use host::DockerHost;
pub use lifecycle::{Created, ExitState};
pub use log_lines::{LogLine, LogStream};
pub use resolve::{Endpoint, EngineOptions, Environment, Resolved, resolve};
pub use tar_entries::{ArchiveEntry, EntryKind};
