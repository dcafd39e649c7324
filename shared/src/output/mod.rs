//! The one place that writes to the terminal.

mod printer;

pub use printer::{Printer, Style};
