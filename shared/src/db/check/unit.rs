// SPDX-License-Identifier: Apache-2.0

use super::crc::append_crc;
use crate::db::fault::Step;

/// A subtree one thread walks at a time.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) page: u64,
    pub(crate) from: Option<Box<[u8]>>,
    pub(crate) to: Option<Box<[u8]>>,
    pub(crate) path: Box<[Step]>,
    /// How many of the leading steps lie in the bucket of buckets.
    pub(crate) above: usize,
}

/// What a subtree holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UnitTally {
    pub(crate) records: u64,
    pub(crate) key_bytes: u64,
    pub(crate) value_bytes: u64,
    pub(crate) branch_pages: u64,
    pub(crate) leaf_pages: u64,
    pub(crate) overflow_pages: u64,
    /// Deepest level below the unit's own page.
    pub(crate) depth: u64,
    /// CRC-32C over each key followed by its value.
    pub(crate) crc: u32,
}

impl UnitTally {
    /// Appends what comes after in key order.
    pub(crate) fn append(&mut self, next: &Self) {
        let bytes = next.key_bytes + next.value_bytes;
        self.crc = append_crc(self.crc, next.crc, bytes);
        self.records += next.records;
        self.key_bytes += next.key_bytes;
        self.value_bytes += next.value_bytes;
        self.branch_pages += next.branch_pages;
        self.leaf_pages += next.leaf_pages;
        self.overflow_pages += next.overflow_pages;
        self.depth = self.depth.max(next.depth);
    }

    /// Pages of any kind.
    pub(crate) fn pages(&self) -> u64 {
        self.branch_pages + self.leaf_pages + self.overflow_pages
    }
}
