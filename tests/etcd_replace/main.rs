//! `kubectl etcd-replace` on real clusters: real engines, real etcd, real faults.

#![allow(clippy::unwrap_used)]

mod begun_by_hand;
mod config_file;
mod cures;
mod incident;
mod interruptions;
mod refusals;
mod remake;
mod stand;
