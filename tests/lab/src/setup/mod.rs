// SPDX-License-Identifier: Apache-2.0

//! Finds what the lab needs on this machine and fetches what is missing, saying so before it does.

mod apt_sources;
mod cache;
mod cargo_deny;
mod debian;
mod docker;
mod etcd;
mod kubectl;
mod kubernetes;
mod kubernetes_build;
mod packages;
mod pypi;
mod say;

pub use cache::root as cache_root;
pub use cargo_deny::cargo_deny;
pub use debian::unpacked as debian_packages;
pub use docker::{DockerEngine, docker_client, docker_engine};
pub use etcd::{EtcdBinaries, EtcdRelease};
pub use kubectl::kubectl;
pub use kubernetes::{KubernetesBinary, kubernetes};
pub use packages::{Tool, ensure_tools, missing_tools};
pub use say::say;
