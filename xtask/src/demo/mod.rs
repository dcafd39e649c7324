// SPDX-License-Identifier: Apache-2.0

//! The demonstration: the incident from alert to healthy, and its picture.

mod command;
mod picture;
mod session;

pub use command::Demo;
