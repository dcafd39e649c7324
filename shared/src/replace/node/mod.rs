//! Node access: one small interface, one folder per kind of node.

mod access;
mod docker;
mod wal_identity;

pub use access::{
    Leftover, LeftoverKind, NewStart, NodeAccess, NodeError, NodeStep, RunRecord, Saved,
};
pub use docker::{DockerNode, HelperSource};
