// SPDX-License-Identifier: Apache-2.0

//! The catalogue as text for people: one entry, the list, the pages of docs/catalogue.

mod entry;
mod markdown;

pub use entry::{explain, explain_list};
pub use markdown::catalogue_markdown;
