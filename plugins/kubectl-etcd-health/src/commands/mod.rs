//! One file per command.

pub mod check;
mod dispatch;
pub mod explain;
pub mod logs;
pub mod watch;

pub use dispatch::{Command, run};
