// SPDX-License-Identifier: Apache-2.0

//! The walk over every page a bbolt file says it uses.
//!
//! Buckets are cut into units (subtrees just above the leaves) which threads take in turn; every
//! fault carries its place in the order etcd itself walks, so the report does not depend on
//! which thread found it. Memory: one bit per page, one small record per unit, a capped list of
//! faults.

mod bitmap;
mod bucket;
mod claim;
mod crc;
mod freelist;
mod ground;
mod leaf;
mod run;
mod unit;
mod walker;

pub(crate) use bucket::{BucketTree, Forest, walk_forest};
pub(crate) use crc::append_crc;
pub(crate) use freelist::check_freelist;
pub(crate) use ground::{Ground, Lost, place, show_key};
pub(crate) use leaf::{CountingSink, Sink};
pub(crate) use run::run_units;
pub(crate) use unit::{Unit, UnitTally};
pub(crate) use walker::{Mode, Walker};
