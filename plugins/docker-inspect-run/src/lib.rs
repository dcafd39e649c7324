// SPDX-License-Identifier: Apache-2.0

//! `docker-inspect-run`: from a container back to the exact command that made it.

mod alone;
mod args;
mod ask;
mod completion;
mod diff;
mod exit;
mod gather;
mod install;
mod manager;
mod names;
mod plugin_call;
#[cfg(unix)]
mod plugin_socket;
mod print;
mod recreate;
mod remove_old;
mod run;
mod signals;
mod visible;

pub use names::{KUBECTL_FILE, NAMES};
pub use run::{command, run};
