// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-replace`: replaces a broken etcd member, and refuses whatever would lose data.

mod app;
mod args;
mod commands;
mod completion;
mod exit;
mod finish;
mod overrides;
mod plain;
mod show;

pub use app::{NAMES, command, run};
