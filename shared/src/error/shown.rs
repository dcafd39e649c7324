// SPDX-License-Identifier: Apache-2.0

use std::error::Error;
use std::fmt;

/// What went wrong in one word; each program maps it to its own documented exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line, the environment or a named thing (context, node, file) is wrong.
    Usage,
    /// The question could not be answered: something did not respond or could not be read.
    Unknown,
    /// The work was begun and failed.
    Failed,
    /// The tool declines because going on could lose data or quorum.
    Refused,
    /// Stopped by the user.
    Interrupted,
}

/// A typed error that can say to a user what kind it is and what to do next.
///
/// Implemented by every error enum of this crate beside `std::error::Error`.
pub trait Explain: Error {
    /// The kind, hence the exit code.
    fn kind(&self) -> Kind;

    /// What the user can do next, as one sentence, with a command where there is one.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// An error as it is printed: one sentence, its causes, hints.
///
/// ```text
/// error: cannot read the CA file "/tmp/ca.pem"
///   caused by: No such file or directory (os error 2)
///
/// hint: name an existing file with `--cacert FILE`
/// ```
#[derive(Debug, Clone)]
pub struct ShownError {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl ShownError {
    /// An error of `kind` with one sentence (lower case, no final period, the value at fault in it).
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Shorthand for [`Kind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Shorthand for [`Kind::Unknown`].
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(Kind::Unknown, message)
    }

    /// Shorthand for [`Kind::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// Shorthand for [`Kind::Refused`].
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Adds a cause below the sentence.
    #[must_use]
    pub fn caused_by(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The kind, hence the exit code.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The causes, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The hints.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl<E: Explain> From<E> for ShownError {
    fn from(error: E) -> Self {
        let mut causes = Vec::new();
        let mut last = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            let text = inner.to_string();
            // Client crates repeat the inner text in the outer one: once is enough.
            if !last.contains(&text) {
                causes.push(text.clone());
            }
            last = text;
            source = inner.source();
        }
        Self {
            kind: error.kind(),
            message: error.to_string(),
            causes,
            hints: error.hint().into_iter().collect(),
        }
    }
}

impl fmt::Display for ShownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        if !self.hints.is_empty() {
            writeln!(f)?;
        }
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}
