// SPDX-License-Identifier: Apache-2.0

//! The one group of access flags that all plugins share. docs/access.md has the table.

mod docker;
mod etcd;
mod group;
mod kube;

pub use docker::{DockerArgs, DockerHostArg};
pub use etcd::EtcdArgs;
pub use group::{AccessArgs, ViaArg};
pub use kube::KubeArgs;
