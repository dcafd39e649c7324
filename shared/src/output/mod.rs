// SPDX-License-Identifier: Apache-2.0

//! The one place that writes to the terminal.

mod args;
mod printer;

pub use args::PrinterArgs;
pub use printer::{Printer, Style};
