//! `docker-inspect-run`: from a container back to the exact command that made it.

mod args;
mod ask;
mod completion;
mod diff;
mod exit;
mod gather;
mod install;
mod names;
mod plugin_call;
mod print;
mod recreate;
mod run;
mod signals;
mod visible;

pub use names::{KUBECTL_FILE, NAMES};
pub use run::{command, run};
