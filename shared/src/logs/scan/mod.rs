// SPDX-License-Identifier: Apache-2.0

//! Reading a log once, in bounded memory: which signatures and events, in which life of the
//! process.

mod event;
mod found;
mod life;
mod lines;
mod matches;
mod partial;
mod scanner;
mod start;
mod types;

pub use types::{Evidence, Hit, Identity, LifeSummary, LogStats, PanicSeen, Scan, Terminal};
