// SPDX-License-Identifier: Apache-2.0

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Parts of the table, each behind its own lock.
const SHARDS: usize = 256;
/// Bytes all parts may take; past that, parts are put off to a further pass.
const MAX_BYTES: usize = 72 * 1024 * 1024;
const ENTRY_BYTES: usize = 16;
const MAX_SLOTS: usize = MAX_BYTES / ENTRY_BYTES;
const EMPTY: u64 = u64::MAX;

/// For each key the place of its newest record; keys are held as 64-bit keyed hashes, so two
/// of ten million keys are taken for one with a chance below 1 in 100 000.
///
/// Bounded: when a part outgrows its share, whole parts are dropped and done in a later pass
/// over the file.
pub(crate) struct Latest {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
    /// Parts `from..to` belong to this pass.
    from: usize,
    to: AtomicUsize,
    slots: AtomicUsize,
    max_slots: usize,
}

#[derive(Default)]
struct Shard {
    slots: Vec<Slot>,
    used: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    hash: u64,
    place: u64,
}

/// Where a record stands: unit and position in it, with what must be known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordPlace(u64);

impl RecordPlace {
    /// Positions grow with the revision: unit first, then the record in it.
    pub(crate) fn new(unit: usize, record: u32, is_tombstone: bool) -> Self {
        let unit = (unit as u64) & 0x7fff_ffff;
        Self(unit << 33 | u64::from(record) << 1 | u64::from(is_tombstone))
    }

    pub(crate) fn unit(self) -> usize {
        usize::try_from(self.0 >> 33).unwrap_or(usize::MAX)
    }

    pub(crate) fn record(self) -> u32 {
        u32::try_from(self.0 >> 1 & 0xffff_ffff).unwrap_or(u32::MAX)
    }

    pub(crate) fn is_tombstone(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Distinct keys and those whose newest record is not a deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyCount {
    pub(crate) distinct: u64,
    pub(crate) live: u64,
}

impl Latest {
    pub(crate) fn new() -> Self {
        Self::with_slots(MAX_SLOTS)
    }

    fn with_slots(max_slots: usize) -> Self {
        Self {
            max_slots,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            from: 0,
            to: AtomicUsize::new(SHARDS),
            slots: AtomicUsize::new(0),
        }
    }

    /// Empties the table for the parts not done yet; `None` when all are.
    pub(crate) fn next_pass(self) -> Option<Self> {
        let from = self.to.load(Ordering::Relaxed);
        (from < SHARDS).then(|| Self {
            max_slots: self.max_slots,
            hasher: self.hasher,
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            from,
            to: AtomicUsize::new(SHARDS),
            slots: AtomicUsize::new(0),
        })
    }

    /// Puts `place` as the record of `key`; gives back the older of two.
    pub(crate) fn put(&self, key: &[u8], place: RecordPlace) -> Option<RecordPlace> {
        let hash = self.hasher.hash_one(key);
        let shard = usize::try_from(hash >> 56).unwrap_or(0);
        if shard < self.from || shard >= self.to.load(Ordering::Relaxed) {
            return None;
        }
        let mut part = self.lock(shard)?;
        // It may have been put off while this thread waited.
        if shard >= self.to.load(Ordering::Relaxed) {
            return None;
        }
        let held = part.slots.len();
        let older = part.put(hash, place);
        let grown = part.slots.len() - held;
        drop(part);
        if grown > 0 && self.slots.fetch_add(grown, Ordering::Relaxed) + grown > self.max_slots {
            self.put_off();
        }
        older
    }

    /// Counts the keys of the parts done in this pass.
    pub(crate) fn count(&self) -> KeyCount {
        let to = self.to.load(Ordering::Relaxed);
        let mut count = KeyCount::default();
        for shard in self.from..to {
            let Some(part) = self.lock(shard) else {
                continue;
            };
            for slot in part.slots.iter().filter(|slot| slot.place != EMPTY) {
                count.distinct += 1;
                count.live += u64::from(!RecordPlace(slot.place).is_tombstone());
            }
        }
        count
    }

    /// Gives up the last quarter of the parts of this pass.
    fn put_off(&self) {
        let to = self.to.load(Ordering::Relaxed);
        // One part always stays, or no pass would get on.
        let keep = (to - (to - self.from) / 4).max(self.from + 1);
        if keep >= to {
            return;
        }
        if self
            .to
            .compare_exchange(to, keep, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
        {
            for shard in keep..to {
                if let Some(mut part) = self.lock(shard) {
                    self.slots.fetch_sub(part.slots.len(), Ordering::Relaxed);
                    *part = Shard::default();
                }
            }
        }
    }

    fn lock(&self, shard: usize) -> Option<MutexGuard<'_, Shard>> {
        Some(
            self.shards
                .get(shard)?
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl Shard {
    /// Puts the newer of two places; gives back the older.
    fn put(&mut self, hash: u64, place: RecordPlace) -> Option<RecordPlace> {
        if (self.used + 1) * 8 > self.slots.len() * 7 {
            self.grow();
        }
        let at = self.find(hash);
        let slot = self.slots.get_mut(at)?;
        if slot.place == EMPTY {
            *slot = Slot {
                hash,
                place: place.0,
            };
            self.used += 1;
            return None;
        }
        let held = RecordPlace(slot.place);
        slot.place = held.max(place).0;
        Some(held.min(place))
    }

    /// The slot of `hash`, or the empty one where it belongs.
    fn find(&self, hash: u64) -> usize {
        let slots = self.slots.len() as u64;
        if slots == 0 {
            return 0;
        }
        // The upper bits chose the part; the lower 32 spread within it.
        let start = ((hash & 0xffff_ffff) * slots) >> 32;
        let mut at = usize::try_from(start).unwrap_or(0);
        loop {
            match self.slots.get(at) {
                Some(slot) if slot.place == EMPTY || slot.hash == hash => return at,
                Some(_) => at += 1,
                None => at = 0,
            }
        }
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() + self.slots.len() / 2).max(64);
        let empty = Slot {
            hash: 0,
            place: EMPTY,
        };
        let old = std::mem::replace(&mut self.slots, vec![empty; slots]);
        for slot in old.into_iter().filter(|slot| slot.place != EMPTY) {
            let at = self.find(slot.hash);
            if let Some(free) = self.slots.get_mut(at) {
                *free = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_record_stays_and_the_older_comes_back() {
        let latest = Latest::new();
        let (a, b) = (RecordPlace::new(1, 5, false), RecordPlace::new(2, 0, true));
        assert_eq!(latest.put(b"k", b), None);
        assert_eq!(latest.put(b"k", a), Some(a));
        assert_eq!(latest.put(b"j", a), None);
        assert_eq!(
            latest.count(),
            KeyCount {
                distinct: 2,
                live: 1
            }
        );
        assert_eq!((a.unit(), a.record(), b.is_tombstone()), (1, 5, true));
        assert!(latest.next_pass().is_none());
    }

    #[test]
    fn too_many_keys_are_counted_in_passes() {
        let keys = 100_000usize;
        let mut latest = Latest::with_slots(40_000);
        let mut total = KeyCount::default();
        let mut passes = 0;
        loop {
            for n in 0..keys {
                latest.put(&n.to_be_bytes(), RecordPlace::new(0, n as u32, n % 2 == 0));
            }
            let count = latest.count();
            total.distinct += count.distinct;
            total.live += count.live;
            passes += 1;
            match latest.next_pass() {
                Some(next) => latest = next,
                None => break,
            }
        }
        assert!(passes > 1);
        assert_eq!(
            total,
            KeyCount {
                distinct: keys as u64,
                live: keys as u64 / 2
            }
        );
    }
}
