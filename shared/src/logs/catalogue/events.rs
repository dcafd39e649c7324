// SPDX-License-Identifier: Apache-2.0

use serde::Deserialize;

use super::Text;

/// What happened in the life of a member, good news included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EventKind {
    /// The process began.
    Start,
    /// It learnt or printed who it is.
    Identity,
    /// It serves clients.
    Ready,
    /// A leader is known.
    Leader,
    /// A peer is connected.
    PeerActive,
    /// A peer left the member list.
    PeerRemoved,
    /// An alarm was disarmed.
    Disarmed,
    /// It was told to stop.
    Shutdown,
}

/// One event and the lines that tell it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) event: EventKind,
    /// For a start: its place among the lines that one start prints.
    #[serde(default)]
    pub(crate) step: u8,
    /// The texts, as those of a signature.
    pub(crate) texts: Vec<Text>,
}
