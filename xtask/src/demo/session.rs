// SPDX-License-Identifier: Apache-2.0

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use shared::error::ShownError;
use shared::output::Printer;

/// Runs commands as the reader would type them, shows them, and keeps what was on the screen.
pub struct Session {
    pub printer: Printer,
    /// A kubectl that knows plugins.
    pub kubectl: PathBuf,
    /// Where it finds them, and the ssh that knows the lab's keys.
    pub path: String,
    pub kubeconfig: PathBuf,
    /// Everything shown, with colour.
    pub screen: String,
}

impl Session {
    /// Runs `kubectl WORDS`; the exit code is shown, whatever it is.
    pub fn kubectl(&mut self, words: &[&str]) -> Result<(), ShownError> {
        let typed = words.iter().map(|word| quoted(word)).collect::<Vec<_>>();
        let line = format!("$ kubectl {}", typed.join(" "));
        self.printer.note(&line);
        let not_run =
            |error: io::Error| ShownError::failed("kubectl could not be run").caused_by(error);
        // One pipe for both, so that everything stands in the order in which it was said.
        let (mut reader, writer) = io::pipe().map_err(not_run)?;
        let mut command = Command::new(&self.kubectl);
        command
            .args(words)
            .env("PATH", &self.path)
            .env("KUBECONFIG", &self.kubeconfig)
            // The picture has colour; what goes to the reader's terminal loses it where unwanted.
            .env("CLICOLOR_FORCE", "1")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .stdout(writer.try_clone().map_err(not_run)?)
            .stderr(writer);
        let mut child = command.spawn().map_err(not_run)?;
        // The command holds the pipe's other ends: without it the reader ends.
        drop(command);
        let mut said = String::new();
        reader.read_to_string(&mut said).map_err(not_run)?;
        let code = child.wait().map_err(not_run)?.code().unwrap_or(-1);
        self.printer.data(&said);
        self.printer.note(&format!("(exit code {code})"));
        self.screen.push_str(&format!(
            "\x1b[1m{line}\x1b[0m\n{said}\x1b[2m(exit code {code})\x1b[0m\n\n"
        ));
        Ok(())
    }
}

/// As a person types it in a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{word}'")
    }
}
