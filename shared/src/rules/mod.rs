// SPDX-License-Identifier: Apache-2.0

//! The rules: from an observation to findings and one assessment, pure functions.
//!
//! [`assess`] is the way in. A rule lives in one file per family under `family/`, and every
//! family is one line of [`FAMILIES`].

mod advice;
mod assess;
mod catalogue;
mod complaints;
mod etcd_ids;
mod explain;
mod families;
mod family;
mod health;
mod histogram;
mod input;
mod log_reading;
mod quorum;
mod reconfigure;
mod rule;
mod summary;
mod urls;

pub use assess::{assess, verdict_of};
pub use catalogue::{Entry, catalogue, entry};
pub use etcd_ids::{BootstrapIds, bootstrap_ids, cluster_id, parse_initial_cluster};
pub use families::{FAMILIES, Family};
pub use health::member_health;
pub use input::{MemberView, RuleInput};
pub use log_reading::LogReading;
pub use quorum::{quorum_facts, quorum_size, tolerance};
pub use reconfigure::{
    Refusal, Voter, removal_keeps_quorum, voters_of, would_add_be_accepted,
    would_promote_be_accepted, would_remove_be_accepted,
};
pub use rule::{Rule, rank};

#[cfg(test)]
mod tests;
