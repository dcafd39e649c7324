// SPDX-License-Identifier: Apache-2.0

//! The options of `docker run`, one file per family; `families` lists them in printing order.

mod devices;
mod families;
mod gpus;
mod health;
mod identity;
mod logging;
mod mount_csv;
mod mounts;
mod network;
mod network_csv;
mod process;
mod resources;
mod security;
mod stdio;
mod view;

pub(super) use families::emit;
pub use families::option_fields;
pub(super) use health::go_duration;
