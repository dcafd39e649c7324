// SPDX-License-Identifier: Apache-2.0

use clap::Args;

use super::Printer;

/// The flags that decide how everything is shown; the same in every kubectl plugin.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct PrinterArgs {
    /// For screen readers: one sentence a fact, no columns, colours, symbols or redrawing
    #[arg(long, global = true, help_heading = "Output")]
    pub plain: bool,
}

impl PrinterArgs {
    /// The printer that they ask for.
    pub fn printer(self) -> Printer {
        Printer::new(false, self.plain)
    }
}
