// SPDX-License-Identifier: Apache-2.0

use crate::docker::EngineError;
use crate::error::{Explain, Kind};

/// Why a container could not be made anew. In every case but the last one the old container is,
/// or is again, as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecreateError {
    /// A step failed; the old container is as it was.
    #[error("{step} failed, \"{name}\" is as it was before")]
    Step {
        /// What was being done.
        step: String,
        /// The container.
        name: String,
        /// Why.
        #[source]
        source: Box<EngineError>,
    },
    /// The new container did not come up; the old one is back.
    #[error("the new container did not come up, \"{name}\" is as it was before: {why}")]
    NotUp {
        /// The container.
        name: String,
        /// Exit code, health, or the deadline; with the end of its log.
        why: String,
    },
    /// The new container is not what was asked for; the old one is back.
    #[error(
        "the engine made another container than was asked for, \"{name}\" is as it was before: {why}"
    )]
    NotTheSame {
        /// The container.
        name: String,
        /// The fields.
        why: String,
    },
    /// The user stopped it; the old container is back.
    #[error("stopped, \"{name}\" is as it was before")]
    Interrupted {
        /// The container.
        name: String,
    },
    /// The container's state does not allow it.
    #[error("\"{name}\" cannot be made anew: {why}")]
    Unfit {
        /// The container.
        name: String,
        /// Why not.
        why: String,
        /// What to do.
        hint: String,
    },
    /// The old container could not be put back. It is there, under `old`.
    #[error("\"{name}\" could not be put back, it is there as \"{old}\"")]
    NotBack {
        /// The container.
        name: String,
        /// Its name now.
        old: String,
        /// Why.
        #[source]
        source: Box<EngineError>,
    },
    /// The engine could not be asked before anything was changed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Explain for RecreateError {
    fn kind(&self) -> Kind {
        match self {
            Self::Step { .. }
            | Self::NotUp { .. }
            | Self::NotTheSame { .. }
            | Self::NotBack { .. } => Kind::Failed,
            Self::Interrupted { .. } => Kind::Interrupted,
            Self::Unfit { .. } => Kind::Refused,
            Self::Engine(error) => error.kind(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unfit { hint, .. } => Some(hint.clone()),
            Self::NotBack { .. } => {
                Some("run the same command again: it puts it back first".to_owned())
            }
            Self::Engine(error) => error.hint(),
            Self::Step { source, .. } => source.hint(),
            _ => None,
        }
    }
}
