// SPDX-License-Identifier: Apache-2.0

//! What a replacement refuses, one file per family; `list.rs` is the one list.

mod cluster;
mod data;
mod kind;
mod list;
mod node;
mod quorum;
mod target;
mod versions;

pub use kind::{Refusal, RefusalKind};
pub use list::{ALL, check, kind};
