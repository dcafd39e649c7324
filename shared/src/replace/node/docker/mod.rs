// SPDX-License-Identifier: Apache-2.0

//! A member in a container of a Docker engine.

mod containers;
mod definition;
mod effects;
mod hands;
mod interface;
mod kind;
mod look;
mod mounts;
mod names;
mod node;
mod script;
mod settings_file;
mod view;

pub use kind::Docker;
