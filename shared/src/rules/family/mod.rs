// SPDX-License-Identifier: Apache-2.0

//! One file per family of rules; each exports its `FAMILY`.

pub mod access;
pub mod alarms;
pub mod certificates;
pub mod clock;
pub mod consistency;
pub mod disk;
pub mod health_pages;
pub mod identity;
pub mod kubernetes;
pub mod learners;
pub mod leftovers;
pub mod load;
pub mod logs;
pub mod manifests;
pub mod membership;
pub mod pods;
pub mod process;
pub mod quorum_loss;
pub mod reachability;
pub mod safeguards;
pub mod space;
pub mod versions;
