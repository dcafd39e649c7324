// SPDX-License-Identifier: Apache-2.0

//! The rules, over observations built by hand: every rule with a case and a near miss.

mod around;
mod build;
mod catalogue;
mod data;
mod faults;
mod identity;
mod logs;
mod membership;
mod pods;
mod quorum;
mod reachability;
