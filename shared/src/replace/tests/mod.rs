// SPDX-License-Identifier: Apache-2.0

//! The pure parts over worlds made by hand.

mod made;
mod plans;
mod refusals;
mod start;
