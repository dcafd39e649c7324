// SPDX-License-Identifier: Apache-2.0

//! What a look at etcd's files brings, as data (stable JSON) and as text.

mod database;
mod ids;
mod text;
mod verdict;
mod whole;

pub use database::{
    BucketUse, DbReport, HeldState, LostData, LostResource, MetaPage, OlderState, Sizes, Trailer,
};
pub(crate) use ids::hex_id;
pub use text::{render, render_json};
pub use verdict::Verdict;
pub use whole::{FilesKind, FilesReport, SCHEMA};
