// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask soak`: what takes longer than CI has, run for as long as it takes.

mod command;
mod entries;

pub use command::Soak;
