// SPDX-License-Identifier: Apache-2.0

//! From a path to a report: which files are there, each one checked, and whether they fit.

mod agreement;
mod inspect;
mod layout;
mod next;

pub use inspect::{InspectOptions, inspect, inspect_bytes};
