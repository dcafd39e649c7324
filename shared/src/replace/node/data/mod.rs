// SPDX-License-Identifier: Apache-2.0

//! What is done with the files of a member, whatever runs etcd there: pure words for the helper
//! program and readings of its lines. A kind of node brings only the [`HelperHands`].
//!
//! [`HelperHands`]: super::HelperHands

mod aside;
mod beside;
mod hold;
mod identity;
mod look;
pub mod names;
mod places;
mod settings_file;
mod version;

pub use aside::{remove_aside, set_aside};
pub use beside::{release, write_lock, write_record};
pub use hold::hold;
pub use look::{Seen, look, mount_inside};
pub use places::Places;
pub use settings_file::replace_settings_file;
pub use version::{etcd_version, logged_version};
