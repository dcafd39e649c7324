// SPDX-License-Identifier: Apache-2.0

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::ShownError;
use crate::invocation::in_own_words;

/// Decides once what is written where: data on stdout, all else on stderr,
/// colour only on a terminal and without `NO_COLOR`.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    quiet: bool,
    plain: bool,
}

/// What a piece of text means; colour follows from it, never the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Good news.
    Good,
    /// Needs a look soon.
    Warning,
    /// Needs action now.
    Bad,
    /// The subject of a line.
    Heading,
    /// Secondary text.
    Dim,
}

impl Style {
    /// The ANSI style.
    pub fn ansi(self) -> anstyle::Style {
        use anstyle::{AnsiColor, Style};
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Heading => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
        }
    }

    /// Wraps `text` in this style; the streams below strip it where colour is not wanted.
    pub fn paint(self, text: impl std::fmt::Display) -> String {
        let style = self.ansi();
        format!("{style}{text}{style:#}")
    }
}

impl Printer {
    /// `quiet` drops progress and notes; `plain` drops spinners, symbols and colour (for screen
    /// readers).
    pub fn new(quiet: bool, plain: bool) -> Self {
        if plain {
            anstream::ColorChoice::Never.write_global();
        }
        Self { quiet, plain }
    }

    /// Whether symbols and redrawing are unwanted.
    pub fn is_plain(self) -> bool {
        self.plain
    }

    /// Whether stdout is a terminal.
    pub fn stdout_is_terminal(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Columns of the terminal that stdout is; none where it is no terminal.
    pub fn stdout_columns(self) -> Option<usize> {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(stdout).ok()?;
        Some(usize::from(size.ws_col))
    }

    /// Writes data to stdout as it is, with a final newline. A closed pipe is not an error.
    pub fn data(self, text: &str) {
        let mut out = anstream::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = out.write_all(b"\n");
        }
        let _ = out.flush();
    }

    /// Writes data to stdout byte for byte: escape sequences in it are data, not colour.
    pub fn exact(self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = out.write_all(b"\n");
        }
        let _ = out.flush();
    }

    /// Writes a question to stderr without a newline.
    pub fn prompt(self, text: &str) {
        let mut err = anstream::stderr().lock();
        let _ = err.write_all(text.as_bytes());
        let _ = err.flush();
    }

    /// Writes a note to stderr, dropped when quiet.
    pub fn note(self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Writes `warning: …` to stderr.
    pub fn warning(self, text: &str) {
        self.line(&format!("{} {text}", Style::Warning.paint("warning:")));
    }

    /// Writes an error with causes and hints to stderr.
    pub fn error(self, error: &ShownError) {
        let text = error.to_string();
        let body = text.strip_prefix("error:").unwrap_or(&text);
        self.line(&format!("{}{body}", Style::Bad.paint("error:")));
    }

    /// A spinner or bar on stderr; hidden when quiet, plain or without a terminal.
    /// With a `length` (in bytes) it is a bar, else a spinner.
    pub fn progress(self, message: &str, length: Option<u64>) -> ProgressBar {
        let hidden = self.quiet || self.plain || !io::stderr().is_terminal();
        let target = if hidden {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        let template = if length.is_some() {
            "{spinner} {msg} [{bar:30}] {bytes}/{total_bytes}"
        } else {
            "{spinner} {msg} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(message.to_owned());
        if !hidden {
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
        }
        bar
    }

    fn line(self, text: &str) {
        let mut err = anstream::stderr().lock();
        let _ = writeln!(err, "{}", in_own_words(text));
    }
}
