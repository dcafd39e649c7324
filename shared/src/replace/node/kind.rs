// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;

use super::{HelperSource, NodeAccess};
use crate::access::Settings;
use crate::error::ShownError;
use crate::model::{Observation, ProcessObservation};
use crate::replace::refusals::Refusal;
use crate::replace::world::Target;

/// A kind of node: what runs etcd there, and how that is worked on.
///
/// A new kind is its own folder with this and a [`NodeAccess`], and one line of
/// [`KINDS`](super::KINDS).
pub trait NodeKind: Sync {
    /// A few words, for messages: "containers of a Docker engine".
    fn name(&self) -> &'static str;

    /// Whether the target is on a node of this kind.
    fn is_for(&self, opening: &Opening<'_>) -> bool;

    /// Opens it; nothing is looked at yet. Called only where [`is_for`](Self::is_for) holds.
    fn open<'a>(
        &'a self,
        opening: &'a Opening<'a>,
    ) -> LocalBoxFuture<'a, Result<Box<dyn NodeAccess>, ShownError>>;

    /// Why there is no process to be seen although the kind knows where it should be; asked where
    /// no kind has one.
    fn missing(&self, opening: &Opening<'_>) -> Option<Refusal>;
}

/// What a node is opened with.
pub struct Opening<'a> {
    /// Access settings in use: engines, kubeconfig.
    pub settings: &'a Settings,
    /// The first look at everything.
    pub observation: &'a Observation,
    /// Who is meant.
    pub target: &'a Target,
    /// What the user called it.
    pub named: &'a str,
    /// Its process, where an engine or the API shows one.
    pub process: Option<&'a ProcessObservation>,
    /// The helper program.
    pub helper: &'a HelperSource,
    /// Run id.
    pub run: &'a str,
}
