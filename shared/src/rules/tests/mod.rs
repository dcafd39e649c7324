//! The rules, over observations built by hand: every rule with a case and a near miss.

mod around;
mod build;
mod data;
mod identity;
mod membership;
mod quorum;
mod reachability;
