//! What a user sees when something fails.

mod shown;

pub use shown::{Explain, Kind, ShownError};
