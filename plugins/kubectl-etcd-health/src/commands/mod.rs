//! One file per command.

pub mod check;
mod dispatch;
pub mod watch;

pub use dispatch::{Command, run};
