use std::path::PathBuf;
use std::process::Command;

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
        let output = Command::new(&self.kubectl)
            .args(words)
            .env("PATH", &self.path)
            .env("KUBECONFIG", &self.kubeconfig)
            // The picture has colour; what goes to the reader's terminal loses it where unwanted.
            .env("CLICOLOR_FORCE", "1")
            .env_remove("NO_COLOR")
            .output()
            .map_err(|error| ShownError::failed("kubectl could not be started").caused_by(error))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let code = output.status.code().unwrap_or(-1);
        self.printer.note(stderr.trim_end());
        self.printer.data(&stdout);
        self.printer.note(&format!("(exit code {code})"));
        self.screen.push_str(&format!("\x1b[1m{line}\x1b[0m\n"));
        // Steps are told on stderr while they happen, the result follows on stdout.
        self.screen.push_str(&stderr);
        self.screen.push_str(&stdout);
        self.screen
            .push_str(&format!("\x1b[2m(exit code {code})\x1b[0m\n\n"));
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
