// SPDX-License-Identifier: Apache-2.0

//! Changes on the way from a container to its command.

mod arguments;
mod changes;
mod environment;

pub use changes::{Changed, Changes, change_request, change_source, parse_pair};
