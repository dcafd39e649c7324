//! Containers over the whole space of options.

mod array;
mod options;
mod plan;

pub use array::{covering, random};
pub use options::flags;
pub use plan::{Case, check};
