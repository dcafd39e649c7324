//! The rules, over observations built by hand: every rule with a case and a near miss.

mod build;
mod quorum;
mod reachability;
