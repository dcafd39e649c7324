// SPDX-License-Identifier: Apache-2.0

//! Replacing a member: from an observation to a plan, and the plan carried out step by step.
//!
//! Pure: [`world`], [`start`](mod@start), [`refusals`], [`hashes`], [`plan`](mod@plan). Effects: [`steps`] through
//! [`node`] and [`cluster`], held together by [`session`] and [`run`](mod@run). `docs/replace.md` tells the story.

pub mod cluster;
#[cfg(test)]
mod documentation;
pub mod etcd_lock;
pub mod hashes;
pub mod journal;
pub mod node;
pub mod options;
pub mod plan;
pub mod refusals;
pub mod run;
pub mod session;
pub mod start;
pub mod steps;
pub mod target;
#[cfg(test)]
mod tests;
pub mod world;
