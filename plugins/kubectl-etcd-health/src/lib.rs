// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-health`: says whether etcd is well, why not, and what to do.

mod app;
mod commands;
mod completion;
mod exit;

pub use app::{NAMES, command, run};
