// SPDX-License-Identifier: Apache-2.0

use std::io::{BufRead as _, IsTerminal as _};

use shared::docker::recreate::Stop;
use shared::error::{Kind, ShownError};
use shared::output::Printer;

/// Asks on the terminal; anything but yes is no, and so is Ctrl-C. Without a terminal it refuses.
pub async fn confirm(question: &str, printer: Printer, stop: &Stop) -> Result<(), ShownError> {
    if !std::io::stdin().is_terminal() {
        return Err(
            ShownError::refused("it changes containers and nobody is there to ask")
                .hinted("add `--yes` to go on without being asked"),
        );
    }
    printer.prompt(&format!("{question} [y/N] "));
    let (sender, answer) = tokio::sync::oneshot::channel();
    // A thread of its own: the read cannot be broken off, and nobody waits for it at the end.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        // After Ctrl-C nobody listens.
        let _ = sender.send(read.map(|_| line));
    });
    let answer = tokio::select! {
        biased;
        () = stop.wanted() => {
            printer.prompt("\n");
            return Err(ShownError::new(Kind::Interrupted, "stopped: nothing was changed"));
        }
        answer = answer => answer,
    };
    match answer {
        Ok(Ok(line)) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
        _ => Err(ShownError::refused("not confirmed: nothing was changed")),
    }
}
