// SPDX-License-Identifier: Apache-2.0

//! Node access: one small interface, one folder per kind of node.

mod access;
mod data;
mod docker;
mod error;
mod hands;
mod helper_source;
mod kind;
mod kinds;
mod last_words;
mod runtime;
mod settings_text;
mod static_pod;
mod words;

pub use access::{Leftover, LeftoverKind, NewStart, NodeAccess, NodeStep, RunRecord, Saved};
pub use data::Places;
pub use error::NodeError;
pub use hands::HelperHands;
pub use helper_source::HelperSource;
pub use kind::{NodeKind, Opening};
pub use kinds::{KINDS, Opened, open};
