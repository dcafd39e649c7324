// SPDX-License-Identifier: Apache-2.0

//! Masks secrets: for a ticket, and in all that is said about a change.

mod names;
mod request;
mod text;
mod value;

pub use request::redact;
pub use text::mask_text;
pub use value::{mask_entry, mask_field};

/// What stands in place of a secret.
pub(super) const MASK: &str = "REDACTED";
