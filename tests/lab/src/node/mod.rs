// SPDX-License-Identifier: Apache-2.0

//! One node: namespaces of its own on a private bridge, its own engine and sshd.

mod engine;
mod kind;
mod machine;
mod network;
mod node_type;
mod services;
mod sshd;

pub use engine::{Engine, storage_driver};
pub use kind::Kind;
pub use network::Network;
pub use node_type::{Node, SshAccess};

pub(crate) use machine::{boot, prepare};
pub(crate) use network::ip;
pub(crate) use services::write_program;
pub(crate) use sshd::SshKeys;
