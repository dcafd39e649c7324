// SPDX-License-Identifier: Apache-2.0

//! `explain`: one place for the ids of rules and of log signatures.

mod id;

pub use id::{all_ids, explain, explain_list};
