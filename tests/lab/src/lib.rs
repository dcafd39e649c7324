// SPDX-License-Identifier: Apache-2.0

//! Real etcd clusters on real Docker engines, in namespaces of one machine, and real faults to
//! break them with. `docs/lab.md` has the picture, the names and the traps.
//!
//! ```no_run
//! # fn main() -> lab::Result<()> {
//! let lab = lab::Lab::up(lab::LabSpec::named("example"))?;
//! lab.break_(lab::fault::Fault::named("multiref")?, 0)?;
//! println!("{}", lab.node(0).docker_host());
//! lab.heal()?;
//! lab.down()
//! # }
//! ```

mod api;
mod error;
mod etcd;
pub mod fault;
mod kubeadm;
mod lab_type;
mod lock;
mod node;
mod process;
mod run;
pub mod setup;
mod shared_lab;
mod spec;
mod teardown;
mod up;
mod wait;

pub use error::{LabError, Result};
pub use etcd::{ContainerState, EtcdSpec, Image, Member, foreign_ca};
pub use lab_type::Lab;
pub use node::{Engine, Kind, Network, Node, SshAccess};
pub use run::{Done, Run};
pub use shared_lab::SharedLab;
pub use spec::LabSpec;
