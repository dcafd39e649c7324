// SPDX-License-Identifier: Apache-2.0

//! What can be wrong with etcd's files, in words, and what etcd itself says about it.

pub(crate) mod dies;
mod kind;
mod log;

pub use dies::{BboltAge, EtcdText};
pub use kind::FaultKind;
pub(crate) use log::FaultLog;
pub use log::{Fault, Place, Severity, Step};
