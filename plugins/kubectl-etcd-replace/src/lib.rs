//! `kubectl etcd-replace`: replaces a broken etcd member, and refuses whatever would lose data.

mod app;
mod commands;
mod completion;
mod exit;
mod finish;
mod overrides;
mod session;
mod show;

pub use app::{NAMES, command, run};
