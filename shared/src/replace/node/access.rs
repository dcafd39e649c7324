// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::NodeError;
use crate::model::MemberId;
use crate::replace::world::{LockHolder, NodeView};

/// What a replacement does on the target's node, whatever runs etcd there.
///
/// Every call can be repeated: what is done already is left as it is.
pub trait NodeAccess {
    /// What and where, such as `container "etcd" on ssh://root@10.0.0.2`.
    fn place(&self) -> String;

    /// From now on the work is that of another run: one that is taken over.
    fn work_for(&mut self, run: &str);

    /// Looks: process, settings, data, locks, obstacles.
    fn observe(&self) -> LocalBoxFuture<'_, Result<NodeView, NodeError>>;

    /// Forgets what was seen before: the next look is a fresh one.
    fn look_afresh(&self);

    /// The definition of the process as it is, and a script that makes it again by hand, before
    /// and after the change.
    fn definition<'a>(&'a self, new: &'a NewStart) -> LocalBoxFuture<'a, Result<Saved, NodeError>>;

    /// Writes the lock file beside the data; it fails where another run's lies there.
    fn lock<'a>(&'a self, holder: &'a LockHolder) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// Writes the run record beside the data (0600).
    fn record<'a>(&'a self, record: &'a RunRecord) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// Takes lock file, run record and the hold on the database away again.
    fn release(&self) -> LocalBoxFuture<'_, Result<(), NodeError>>;

    /// Keeps the process from starting by itself, stops it, sees it gone, and takes the exclusive
    /// lock that etcd takes on its database.
    fn stop(&self) -> LocalBoxFuture<'_, Result<(), NodeError>>;

    /// Renames the member's data beside itself. Returns the pairs (from, to) renamed.
    fn set_aside<'a>(
        &'a self,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<(String, String)>, NodeError>>;

    /// Lets go of the database and writes the new definition; the old one is kept.
    fn write_start<'a>(
        &'a self,
        new: &'a NewStart,
        stamp: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// Starts it, with the restart behaviour that was saved.
    fn start<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// Puts everything back as it was saved: definition, restart behaviour, running or not.
    fn restore<'a>(&'a self, saved: &'a Saved) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// The last lines of its log.
    fn log(&self, lines: u32) -> LocalBoxFuture<'_, Result<Vec<String>, NodeError>>;

    /// What earlier runs set aside on this node.
    fn leftovers(&self) -> LocalBoxFuture<'_, Result<Vec<Leftover>, NodeError>>;

    /// Removes one of them for good.
    fn remove_leftover<'a>(
        &'a self,
        leftover: &'a Leftover,
    ) -> LocalBoxFuture<'a, Result<(), NodeError>>;

    /// What an operator would type for a step.
    fn commands(&self, step: NodeStep<'_>) -> Vec<String>;
}

/// Steps that happen on the node, for [`NodeAccess::commands`].
#[derive(Clone, Copy, Debug)]
pub enum NodeStep<'a> {
    /// Save the definition.
    Save,
    /// Stop.
    Stop,
    /// Set the data aside under this stamp.
    SetAside {
        /// What the view says of the data.
        view: &'a NodeView,
        /// Stamp in the new names.
        stamp: &'a str,
    },
    /// Write the new definition and start it.
    Recreate {
        /// The change.
        new: &'a NewStart,
        /// Stamp in the old one's new name.
        stamp: &'a str,
    },
}

/// Something that an earlier run set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// What it is.
    pub kind: LeftoverKind,
    /// What it is in words before its name, such as "the stopped container".
    pub what: String,
    /// Its name: a definition's, or a path on the node.
    pub name: String,
    /// The path as the helper sees it; empty for a definition.
    pub inner_path: String,
}

/// Kinds of [`Leftover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftoverKind {
    /// A process definition: a stopped container, a manifest.
    Definition,
    /// A folder of a member's data.
    Data,
}

/// How the new start differs from the old one; all else stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStart {
    /// `--initial-cluster`; `--initial-cluster-state` becomes `existing` with it.
    pub initial_cluster: String,
    /// Settings that must not come along, by flag name.
    pub removed: Vec<String>,
}

/// What a node's definition was before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// Its id, where the runtime has one.
    pub id: Option<String>,
    /// The definition itself. It may hold secrets: it is written to the journal only.
    pub definition: serde_json::Value,
    /// A script that makes the process as it was.
    pub rescue_before: String,
    /// A script that makes it as it will be.
    pub rescue_after: String,
    /// Restart policy by name, where the runtime has one.
    pub restart_policy: String,
    /// Its maximum retry count.
    pub restart_maximum: i64,
    /// Whether it ran (or was restarting).
    pub was_running: bool,
}

/// What lies beside the data for another person to resume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Run id.
    pub run: String,
    /// `user@machine`.
    pub who: String,
    /// When it began, RFC 3339.
    pub since: String,
    /// Member name.
    pub member: String,
    /// Cluster id.
    pub cluster: String,
    /// The entry to remove; `None` where it was gone or unstarted already.
    pub old_id: Option<MemberId>,
    /// Stamp in the names of what is set aside.
    pub stamp: String,
    /// The old definition.
    pub saved: Saved,
}
