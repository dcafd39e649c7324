// SPDX-License-Identifier: Apache-2.0

//! Files made page by page: what is written soundly is read as such with the same numbers, what
//! is broken is found, and no bytes at all make the reader panic, loop or take unbounded memory.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod corpus;
mod mutate;
mod properties;
mod writer;
