// SPDX-License-Identifier: Apache-2.0

use crate::error::{Explain, Kind, ShownError};
use crate::replace::refusals::Refusal;

/// A node access failed.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The engine or its answer.
    #[error(transparent)]
    Engine(#[from] crate::docker::EngineError),
    /// What reaches the node, or its answer.
    #[error("{}", .0.message())]
    Access(Box<ShownError>),
    /// The helper program said no.
    #[error("{place}: {tried} failed on \"{path}\": {why}")]
    Helper {
        /// What and where.
        place: String,
        /// What was tried.
        tried: String,
        /// The path.
        path: String,
        /// Why.
        why: String,
    },
    /// Something is not as it must be.
    #[error("{place}: {why}")]
    Unexpected {
        /// What and where.
        place: String,
        /// What.
        why: String,
    },
    /// A refusal that only the doing could find; nothing was changed by this call.
    #[error("{}", .0.sentence)]
    Refused(Box<Refusal>),
}

impl Explain for NodeError {
    fn kind(&self) -> Kind {
        match self {
            Self::Engine(error) => error.kind(),
            Self::Access(error) => error.kind(),
            Self::Helper { .. } | Self::Unexpected { .. } => Kind::Failed,
            Self::Refused(_) => Kind::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Access(error) => error.hints().first().cloned(),
            Self::Refused(refusal) => Some(refusal.remedy.clone()),
            Self::Helper { .. } | Self::Unexpected { .. } => None,
        }
    }
}

impl NodeError {
    /// As it is shown.
    pub fn shown(self) -> ShownError {
        self.into()
    }
}
