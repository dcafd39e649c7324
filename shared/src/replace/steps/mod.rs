// SPDX-License-Identifier: Apache-2.0

//! The steps of a replacement: one file each, and the list of them in `list.rs`.

mod add;
mod list;
mod lock;
mod move_leader;
mod observe;
mod recreate;
mod remove;
mod save;
mod set_aside;
mod snapshot;
mod step;
mod stop;
mod verify;
mod wait;

pub use list::ALL;
pub use snapshot::default_folder as default_snapshot_folder;
pub use step::{Facts, Step, StepFailure, StepId, StepText};
