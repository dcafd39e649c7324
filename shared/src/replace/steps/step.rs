// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use crate::error::ShownError;
use crate::etcd::EtcdError;
use crate::replace::journal::JournalError;
use crate::replace::node::{NodeAccess, NodeError};
use crate::replace::options::Options;
use crate::replace::refusals::Refusal;
use crate::replace::run::Context;
use crate::replace::world::World;

/// A step by name; ordered as they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepId {
    /// Look at everything and check the refusals.
    Observe,
    /// Keep other replacements out.
    Lock,
    /// Let another member lead.
    MoveLeader,
    /// Take a verified snapshot.
    Snapshot,
    /// Keep the definition of the process.
    Save,
    /// Stop the process and hold its data.
    Stop,
    /// Remove the member from the list.
    Remove,
    /// Set its data aside.
    SetAside,
    /// Add the member anew.
    Add,
    /// Write the new definition and start it.
    Recreate,
    /// Wait until it is in sync, and promote it.
    Wait,
    /// See that all is well.
    Verify,
}

impl StepId {
    /// Whether everything up to and including this step can be taken back to "as before".
    pub fn is_reversible(self) -> bool {
        self <= Self::Stop
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Observe => "observe",
            Self::Lock => "lock",
            Self::MoveLeader => "move leader",
            Self::Snapshot => "snapshot",
            Self::Save => "save",
            Self::Stop => "stop",
            Self::Remove => "remove",
            Self::SetAside => "set aside",
            Self::Add => "add",
            Self::Recreate => "re-create",
            Self::Wait => "wait",
            Self::Verify => "verify",
        })
    }
}

/// What only the run itself knows: the journal's word, never the world's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The verified snapshot.
    pub snapshot: Option<PathBuf>,
    /// Whether the definition of the process was saved.
    pub saved: bool,
    /// Restart policy to be restored.
    pub restart_policy: Option<String>,
    /// Stamp in the names of what is set aside.
    pub stamp: String,
    /// Whether the locks are held by this process.
    pub locked: bool,
    /// The furthest step that this run ever began.
    pub furthest: Option<StepId>,
}

/// What a step says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepText {
    /// Its exact effect on this cluster, in one or two sentences.
    pub effect: String,
    /// What an operator would type, in full.
    pub commands: Vec<String>,
}

/// One step. It can tell from the world whether it is already done, so that resuming is: look,
/// skip what is done, go on.
pub trait Step: Sync {
    /// Which.
    fn id(&self) -> StepId;

    /// Whether the world already is as after this step (or never needs it).
    fn is_done(&self, world: &World, facts: &Facts, options: &Options) -> bool;

    /// What it will do.
    fn describe(
        &self,
        world: &World,
        facts: &Facts,
        options: &Options,
        node: &dyn NodeAccess,
    ) -> StepText;

    /// Does it. It may be done again after it was interrupted anywhere.
    fn run<'a>(
        &'a self,
        context: &'a mut Context<'_>,
    ) -> LocalBoxFuture<'a, Result<(), StepFailure>>;
}

/// Why a step did not get done.
#[derive(Debug)]
pub enum StepFailure {
    /// It must not be done; nothing was changed by it.
    Refused(Vec<Refusal>),
    /// It failed; it can be done again.
    Failed(Box<ShownError>),
    /// The user stopped it between two effects.
    Stopped,
}

impl StepFailure {
    /// A failure with one sentence.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Box::new(ShownError::failed(message)))
    }
}

impl From<ShownError> for StepFailure {
    fn from(error: ShownError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<JournalError> for StepFailure {
    fn from(error: JournalError) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

impl From<EtcdError> for StepFailure {
    fn from(error: EtcdError) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

impl From<NodeError> for StepFailure {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::Refused(refusal) => Self::Refused(vec![*refusal]),
            other => Self::Failed(Box::new(other.into())),
        }
    }
}
