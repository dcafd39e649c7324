//! Access: from flags, environment and files to the ways into etcd.

pub mod args;
mod container;
mod context_file;
mod duration;
mod environment;
mod found;
mod settings;

pub use context_file::ContextFile;
pub use duration::parse_duration;
pub use environment::Environment;
pub use found::{Access, Arrival};
pub use settings::{Login, Origin, Settings};
