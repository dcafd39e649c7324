// SPDX-License-Identifier: Apache-2.0

use std::io;
use std::path::{Path, PathBuf};

use shared::error::{Explain, Kind};

/// Why the lab could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A program or a right is not there.
    #[error("the lab needs {what}, which this machine lacks")]
    Missing {
        /// What, by name.
        what: String,
        /// The command (or step) that provides it.
        install: String,
    },
    /// A program ran and failed.
    #[error("`{command}` ended with {status}: {output}")]
    Command {
        /// The command line, shortened.
        command: String,
        /// Exit status in words.
        status: String,
        /// The last lines of its output.
        output: String,
    },
    /// A program could not be started.
    #[error("cannot start `{command}`")]
    Start {
        /// The command line, shortened.
        command: String,
        /// The cause.
        source: io::Error,
    },
    /// A file could not be read or written.
    #[error("cannot {action} \"{}\"", path.display())]
    File {
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Something that was waited for did not come.
    #[error("{what} did not happen within {seconds} s, last seen: {last}")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// The state when time ran out.
        last: String,
    },
    /// A value from outside cannot be used.
    #[error("{0}")]
    Value(String),
    /// A lab of that name is not there.
    #[error("no lab named \"{name}\" is up (no file \"{}\")", state.display())]
    NoLab {
        /// Its name.
        name: String,
        /// Where its state would be.
        state: PathBuf,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate for \"{subject}\"")]
    Certificate {
        /// Whose.
        subject: String,
        /// The cause.
        source: rcgen::Error,
    },
}

/// The result of everything here.
pub type Result<T, E = LabError> = std::result::Result<T, E>;

impl LabError {
    /// A file error with the path in it.
    pub fn file(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// A value error.
    pub fn value(text: impl Into<String>) -> Self {
        Self::Value(text.into())
    }
}

impl Explain for LabError {
    fn kind(&self) -> Kind {
        match self {
            Self::Value(_) | Self::NoLab { .. } => Kind::Usage,
            Self::Missing { .. } => Kind::Refused,
            _ => Kind::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { install, .. } => Some(install.clone()),
            Self::NoLab { name, .. } => Some(format!(
                "bring it up with `cargo xtask lab up --name {name}`"
            )),
            Self::Timeout { .. } => Some(
                "look into the lab's folder (nodes/*/log) and end it with `cargo xtask lab down`"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}
