// SPDX-License-Identifier: Apache-2.0

//! Finding the catalogue's texts in lines.

mod pattern;
mod prefilter;

pub(crate) use pattern::Captures;
pub use pattern::{Pattern, PatternError};
pub(crate) use prefilter::Prefilter;
