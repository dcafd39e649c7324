// SPDX-License-Identifier: Apache-2.0

//! The command as text.

mod argv;
mod compose;
mod compose_resources;
mod compose_volumes;
mod shell;
mod yaml;

pub use argv::argv;
pub use compose::compose;
pub use shell::{ShellStyle, Verb, shell};
