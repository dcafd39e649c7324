// SPDX-License-Identifier: Apache-2.0

//! One file per command.

pub mod check;
pub mod db;
mod dispatch;
pub mod explain;
pub mod logs;
pub mod watch;

pub use dispatch::{Command, run};
