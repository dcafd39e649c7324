// SPDX-License-Identifier: Apache-2.0

//! Containers over the whole space of options.

mod array;
mod options;
mod plan;

pub use array::{pairs, random, singles};
pub use options::{HOSTILE, flags};
pub use plan::{Case, Outcome, check};
