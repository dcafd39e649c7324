//! `kubectl etcd-replace`: replaces a broken etcd member, and refuses whatever would lose data.

mod app;
mod commands;
mod exit;
mod finish;
mod overrides;
mod session;
mod show;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(app::run())
}
