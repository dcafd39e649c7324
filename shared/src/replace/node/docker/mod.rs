//! A member in a container of a Docker engine.

mod containers;
mod data;
mod definition;
mod effects;
mod helper;
mod interface;
mod mounts;
mod names;
mod node;
mod script;
mod view;

pub use helper::HelperSource;
pub use node::DockerNode;
