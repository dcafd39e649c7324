// SPDX-License-Identifier: Apache-2.0

//! What a user sees when something fails.

mod shown;

pub use shown::{Explain, Kind, ShownError};
