use std::io::{BufRead as _, IsTerminal as _};

use shared::error::ShownError;
use shared::output::Printer;

/// Asks on the terminal; anything but yes is no. Without a terminal it refuses.
pub fn confirm(question: &str, printer: Printer) -> Result<(), ShownError> {
    if !std::io::stdin().is_terminal() {
        return Err(
            ShownError::refused("it changes containers and nobody is there to ask")
                .hinted("add `--yes` to go on without being asked"),
        );
    }
    printer.prompt(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    match (read, answer.trim().to_lowercase().as_str()) {
        (Ok(_), "y" | "yes") => Ok(()),
        _ => Err(ShownError::refused("not confirmed: nothing was changed")),
    }
}
