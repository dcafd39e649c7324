// SPDX-License-Identifier: Apache-2.0

//! Observation: asks every member everything at once, and puts the answers together.

mod ask;
mod assign;
mod gather;
mod health_page;
mod reference_list;
mod sample_cache;
mod second_look;

pub use ask::{Asked, Asker};
pub use gather::{ObserveOptions, observe};
pub use sample_cache::SampleCache;
