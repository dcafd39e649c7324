// SPDX-License-Identifier: Apache-2.0

//! What is generated from data and command trees: one file per kind, listed in `pages.rs`.

mod catalogue;
mod command;
mod completions;
mod man;
mod page;
mod pages;

pub use command::Docs;
