//! Access: from flags, environment and files to the ways into etcd.

pub mod args;
mod context_file;
mod duration;
mod environment;
mod etcd_config;
mod settings;

pub use context_file::ContextFile;
pub use duration::parse_duration;
pub use environment::Environment;
pub use etcd_config::from_command;
pub use settings::{Login, Origin, Settings};
