// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::latest::RecordPlace;
use super::revision::Revision;
use crate::db::check::Sink;
use crate::db::fault::FaultKind;
use std::sync::{Mutex, PoisonError};

/// The hash over the bucket `key` that a member answers to `endpoint hashkv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct HashKv {
    /// CRC-32C as etcd computes it.
    pub hash: u32,
    /// Up to which revision.
    pub revision: i64,
    /// The compact revision it was computed under (the file's own or [`HashWish::compacted_at`]);
    /// only hashes under the same one compare.
    pub compact_revision: i64,
}

/// Which hash is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashWish {
    /// Up to this revision instead of the newest.
    pub at: Option<i64>,
    /// As after a compaction at this revision, which a member that answers may have done and this
    /// file not: only hashes under the same compact revision compare. Below the file's own it
    /// changes nothing.
    pub compacted_at: Option<i64>,
}

/// What came of the wish for a hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum HashOutcome {
    /// The hash.
    Computed(HashKv),
    /// The file is compacted past the revision asked for, or does not reach it.
    NotComparable {
        /// The revision asked for.
        revision: i64,
        /// The compact revision of the file, or the one it was to be computed under.
        compact_revision: i64,
        /// The newest revision of the file.
        current_revision: i64,
    },
    /// The file is damaged, so any hash would be of something else.
    NotComputed,
}

/// Records that a later one of the same key supersedes: one bit per record, by unit.
pub(crate) struct Superseded {
    units: Vec<Mutex<Vec<u64>>>,
}

impl Superseded {
    pub(crate) fn new(units: usize) -> Self {
        Self {
            units: (0..units).map(|_| Mutex::default()).collect(),
        }
    }

    pub(crate) fn add(&self, place: RecordPlace) {
        let Some(unit) = self.units.get(place.unit()) else {
            return;
        };
        let word = place.record() as usize / 64;
        let mut bits = unit.lock().unwrap_or_else(PoisonError::into_inner);
        if bits.len() <= word {
            bits.resize(word + 1, 0);
        }
        if let Some(bits) = bits.get_mut(word) {
            *bits |= 1 << (place.record() % 64);
        }
    }

    pub(crate) fn bits(&self, unit: usize) -> Vec<u64> {
        let unit = self.units.get(unit);
        unit.map(|unit| unit.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .unwrap_or_default()
    }
}

/// Hashes the records a server would hash (`mvcc/hash.go` `WriteKeyValue`, the same in
/// substance since `HashByRev` of 3.3): up to the revision asked for; of those the compaction
/// has passed only the ones a compaction at that revision would keep, unless nothing would be
/// kept at all; never a deletion at the compact revision itself.
pub(crate) struct HashSink<'a> {
    pub(crate) superseded: &'a Superseded,
    pub(crate) compact_revision: i64,
    pub(crate) revision: i64,
    pub(crate) keeps_any: bool,
    /// Per unit: CRC and bytes.
    pub(crate) hashes: Vec<(usize, u32, u64)>,
    bits: Vec<u64>,
    record: u32,
    takes: bool,
}

impl<'a> HashSink<'a> {
    pub(crate) fn new(
        superseded: &'a Superseded,
        compact_revision: i64,
        revision: i64,
        keeps_any: bool,
    ) -> Self {
        Self {
            superseded,
            compact_revision,
            revision,
            keeps_any,
            hashes: Vec::new(),
            bits: Vec::new(),
            record: 0,
            takes: false,
        }
    }

    fn wants(&self, revision: Revision) -> bool {
        if revision.main > self.revision {
            return false;
        }
        if revision.main == self.compact_revision && revision.is_tombstone {
            return false;
        }
        if revision.main > self.compact_revision || !self.keeps_any {
            return true;
        }
        let word = self
            .bits
            .get(self.record as usize / 64)
            .copied()
            .unwrap_or(0);
        !revision.is_tombstone && word & 1 << (self.record % 64) == 0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some((_, crc, total)) = self.hashes.last_mut() {
            *crc = crc32c::crc32c_append(*crc, bytes);
            *total += bytes.len() as u64;
        }
    }
}

impl Sink for HashSink<'_> {
    fn unit(&mut self, index: usize) {
        self.bits = self.superseded.bits(index);
        self.record = 0;
        self.hashes.push((index, 0, 0));
    }

    fn record(&mut self, key: &[u8], head: &[u8], _value_bytes: u64) -> Option<FaultKind> {
        self.takes = Revision::parse(key).is_some_and(|revision| self.wants(revision));
        self.record = self.record.saturating_add(1);
        if self.takes {
            self.write(key);
            self.write(head);
        }
        None
    }

    fn rest(&mut self, piece: &[u8]) {
        if self.takes {
            self.write(piece);
        }
    }
}
