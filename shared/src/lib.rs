// SPDX-License-Identifier: Apache-2.0

//! The common library of `kubectl etcd-health`, `kubectl etcd-replace` and `docker-inspect-run`.
//!
//! The rooms follow one pipeline of plain data:
//! access → observation → findings → plan → execution → report.
//! `docs/architecture.md` has the picture.

#[cfg(feature = "diagnosis")]
pub mod access;
pub mod completion;
pub mod error;
pub mod invocation;
#[cfg(feature = "diagnosis")]
pub mod kubernetes;
pub mod model;
#[cfg(feature = "diagnosis")]
pub mod observe;
pub mod output;
#[cfg(feature = "diagnosis")]
pub mod report;
#[cfg(feature = "rules")]
pub mod rules;

#[cfg(feature = "db")]
pub mod db;
#[cfg(feature = "docker")]
pub mod docker;
#[cfg(feature = "etcd")]
pub mod etcd;
#[cfg(feature = "rules")]
pub mod explain;
#[cfg(feature = "inspect")]
pub mod inspect;
#[cfg(feature = "logs")]
pub mod logs;
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "replace")]
pub mod replace;
