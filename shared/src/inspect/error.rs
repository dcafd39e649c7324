// SPDX-License-Identifier: Apache-2.0

use crate::error::{Explain, Kind};

/// Why inspect data cannot be turned into a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// The text is no JSON, or not all of it.
    #[error("{origin} is not valid JSON: {why}")]
    NotJson {
        /// Where the text came from.
        origin: String,
        /// What the parser says.
        why: String,
    },
    /// JSON, but not what `docker inspect` prints.
    #[error("{origin} is not the output of `docker inspect`: {why}")]
    NotInspect {
        /// Where the text came from.
        origin: String,
        /// What is missing.
        why: &'static str,
    },
    /// The inspect data of an image where a container's was needed, or the other way round.
    #[error("{origin} is the inspect data of {what}")]
    WrongThing {
        /// Where the text came from.
        origin: String,
        /// `an image, not of a container`.
        what: &'static str,
    },
    /// A change that matches nothing.
    #[error("nothing to change: {why}")]
    NoMatch {
        /// What was looked for, and where.
        why: String,
        /// What may help.
        hint: Option<String>,
    },
    /// A change's text has no `=`, or an empty name.
    #[error("\"{value}\" is not of the form {form}")]
    BadChange {
        /// What was given.
        value: String,
        /// `NAME=VALUE`.
        form: &'static str,
    },
}

impl Explain for InspectError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotJson { .. } | Self::NotInspect { .. } | Self::WrongThing { .. } => {
                Kind::Failed
            }
            Self::NoMatch { .. } => Kind::Failed,
            Self::BadChange { .. } => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotJson { .. } | Self::NotInspect { .. } => {
                Some("save it with `docker inspect CONTAINER > container.json`".to_owned())
            }
            Self::WrongThing { what, .. } if what.starts_with("an image") => Some(
                "give the container's data to `--file` and the image's to `--image-file`"
                    .to_owned(),
            ),
            Self::NoMatch { hint, .. } => hint.clone(),
            _ => None,
        }
    }
}
