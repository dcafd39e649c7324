//! `docker-inspect-run`: from a container back to the exact command that made it.

mod args;
mod ask;
mod completion;
mod diff;
mod exit;
mod gather;
mod install;
mod plugin_call;
mod print;
mod recreate;
mod run;
mod signals;
mod visible;

use std::process::ExitCode;

fn main() -> ExitCode {
    shared::net::install_crypto();
    run::run(std::env::args_os().collect())
}
