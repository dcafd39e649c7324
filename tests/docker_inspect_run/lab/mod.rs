// SPDX-License-Identifier: Apache-2.0

//! Engines, images and containers of the tests.

mod engine;
mod files;
mod http;
mod images;
mod podman;
mod private;
mod proxy;
mod strict;
mod tool;

pub use engine::{Engine, private, sid, system, trixie};
pub use podman::podman;
pub use proxy::{Proxy, When};
pub use strict::differences;
pub use tool::{Output, command, program, run_in_shell, tool, tool_with_input};
