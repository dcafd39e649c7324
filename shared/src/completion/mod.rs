// SPDX-License-Identifier: Apache-2.0

//! Completion: one answer for every shell, by cobra's protocol, which kubectl speaks, too.

mod answer;
mod attach;
mod command;
mod install;
mod request;
mod script;
#[cfg(feature = "diagnosis")]
mod sources;
#[cfg(feature = "net")]
mod within;

pub use answer::answer;
pub use attach::attach;
#[cfg(feature = "diagnosis")]
pub use attach::of_access;
pub use command::CompletionCommand;
pub use install::install_helper;
pub use request::{asked, value_of};
pub use script::{Shell, helper, script};
#[cfg(feature = "diagnosis")]
pub use sources::{ids, members};
#[cfg(feature = "net")]
pub use within::{PATIENCE, within};
