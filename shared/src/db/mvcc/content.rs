// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::hash::{HashKv, HashOutcome, HashSink, HashWish, Superseded};
use super::latest::{KeyCount, Latest, RecordPlace};
use super::prefix::{PrefixTally, PrefixUse};
use super::record::KeyValue;
use super::revision::Revision;
use crate::db::check::{
    BucketTree, Ground, Lost, Mode, Sink, Unit, UnitTally, Walker, append_crc, run_units,
};
use crate::db::fault::{FaultKind, FaultLog};
use crate::db::source::Source;

/// Marks one thread keeps (8 bytes each); units beyond are read a second time.
const MAX_MARKS: usize = 1_000_000;
/// Prefixes named in a report.
const TOP_PREFIXES: usize = 15;

/// What the bucket `key` holds, as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyContent {
    /// Keys that exist at the newest revision (`count` of a range over everything).
    pub live_keys: u64,
    /// Keys with any record, deleted ones included.
    pub distinct_keys: u64,
    /// Records, one per change kept.
    pub revisions: u64,
    /// Records of deletions.
    pub deletions: u64,
    /// The newest revision a server starting on this file would have.
    pub current_revision: i64,
    /// The compact revision: history at or below it is gone; 0 when never compacted.
    pub compact_revision: i64,
    /// Whether a compaction was begun and not finished; the server resumes it.
    pub compaction_unfinished: bool,
    /// The oldest record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_revision: Option<i64>,
    /// The newest record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_revision: Option<i64>,
    /// What takes most bytes.
    pub largest_by_bytes: Vec<PrefixUse>,
    /// What has most revisions.
    pub largest_by_revisions: Vec<PrefixUse>,
}

/// Compaction as recorded in the bucket `meta`; 0 when it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compaction {
    pub(crate) finished: i64,
    pub(crate) scheduled: i64,
}

impl Compaction {
    /// A running server counts from the scheduled one on; a restarted one resumes it.
    pub(crate) fn revision(self) -> i64 {
        self.finished.max(self.scheduled)
    }
}

/// Everything one look at the bucket `key` brings.
pub(crate) struct KeyScan {
    pub(crate) content: KeyContent,
    pub(crate) hash: HashOutcome,
    pub(crate) tally: UnitTally,
    pub(crate) faults: FaultLog,
    pub(crate) lost: Vec<Lost>,
    pub(crate) nested: Vec<Vec<u8>>,
}

/// Walks the bucket `key`, checks it and sums it up, on `threads` threads.
pub(crate) fn scan_keys<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    bucket: &BucketTree,
    compaction: Compaction,
    wish: HashWish,
    threads: usize,
) -> KeyScan {
    let compact = compaction.revision();
    // What the hash takes for compacted.
    let passed = wish.compacted_at.unwrap_or(0).max(compact);
    let mut scan = Scan::begin(ground, bucket, wish.at.unwrap_or(i64::MAX), passed, threads);
    let revision = scan.last.map_or(1, |last| last.main).max(compact).max(1);
    let is_sound = !scan.faults.is_damaged();
    let wanted = wish.at.unwrap_or(revision);
    let hash = if !is_sound {
        HashOutcome::NotComputed
    } else if wanted < passed || wanted > revision {
        HashOutcome::NotComparable {
            revision: wanted,
            compact_revision: passed,
            current_revision: revision,
        }
    } else {
        HashOutcome::Computed(scan.hash(passed, wanted))
    };
    let by_bytes = scan.prefixes.by_bytes();
    let mut by_revisions = by_bytes.clone();
    by_revisions.sort_by(|a, b| {
        b.revisions
            .cmp(&a.revisions)
            .then_with(|| a.prefix.cmp(&b.prefix))
    });
    let content = KeyContent {
        live_keys: scan.count.live,
        distinct_keys: scan.count.distinct,
        revisions: scan.tally.records,
        deletions: scan.deletions,
        current_revision: revision,
        compact_revision: compact,
        compaction_unfinished: compaction.scheduled > compaction.finished,
        first_revision: scan.first.map(|first| first.main),
        last_revision: scan.last.map(|last| last.main),
        largest_by_bytes: by_bytes.into_iter().take(TOP_PREFIXES).collect(),
        largest_by_revisions: by_revisions.into_iter().take(TOP_PREFIXES).collect(),
    };
    KeyScan {
        content,
        hash,
        tally: scan.tally,
        faults: scan.faults,
        lost: scan.lost,
        nested: scan.nested,
    }
}

/// The state between the passes over the bucket.
struct Scan<'s, 'a, S: ?Sized> {
    ground: &'s Ground<'a, S>,
    bucket: &'s BucketTree,
    threads: usize,
    units: Vec<Unit>,
    tallies: Vec<UnitTally>,
    spans: Vec<Option<Span>>,
    superseded: Superseded,
    count: KeyCount,
    prefixes: PrefixTally,
    deletions: u64,
    first: Option<Revision>,
    last: Option<Revision>,
    tally: UnitTally,
    faults: FaultLog,
    lost: Vec<Lost>,
    nested: Vec<Vec<u8>>,
}

impl<'s, 'a, S: Source + ?Sized> Scan<'s, 'a, S> {
    /// The verifying pass, and further ones when there are too many keys to count at once.
    fn begin(
        ground: &'s Ground<'a, S>,
        bucket: &'s BucketTree,
        up_to: i64,
        compact: i64,
        threads: usize,
    ) -> Self {
        let mut cutter = Walker::new(ground, Mode::Verify);
        let (units, above) = if bucket.root == 0 {
            (Vec::new(), UnitTally::default())
        } else {
            // One thread walks in etcd's own order.
            let depth = if threads > 1 {
                bucket.cut_depth(ground)
            } else {
                0
            };
            cutter.cut(&bucket.name, bucket.order, &bucket.root_unit(), depth)
        };
        let superseded = Superseded::new(units.len().max(1));
        let mut latest = Latest::new();
        let make = || KeySink::new(&latest, &superseded, up_to, compact);
        let mut walked = run_units(
            ground,
            Mode::Verify,
            (&bucket.name, bucket.order),
            &units,
            threads,
            |_| true,
            make,
        );
        if bucket.root == 0 {
            let mut sink = make();
            sink.unit(0);
            let page = &bucket.inline;
            let way = &bucket.path;
            walked
                .tallies
                .push(cutter.inline(&bucket.name, bucket.order, way, page, &mut sink));
            walked.sinks.push(sink);
        }
        let mut scan = Self {
            ground,
            bucket,
            threads,
            spans: vec![None; walked.tallies.len()],
            units,
            count: KeyCount::default(),
            prefixes: PrefixTally::default(),
            deletions: 0,
            first: None,
            last: None,
            tally: above,
            faults: cutter.faults,
            lost: cutter.lost,
            nested: walked.nested,
            tallies: walked.tallies,
            superseded: Superseded::new(0),
        };
        scan.faults.merge(walked.faults);
        scan.lost.extend(walked.lost);
        for sink in walked.sinks {
            scan.prefixes.merge(sink.prefixes);
            scan.deletions += sink.deletions;
            scan.first = scan.first.into_iter().chain(sink.first).min();
            scan.last = scan.last.max(sink.last);
            for span in sink.spans {
                if let Some(slot) = scan.spans.get_mut(span.unit) {
                    *slot = Some(span);
                }
            }
        }
        for tally in &scan.tallies {
            scan.tally.append(tally);
        }
        scan.count = latest.count();
        while let Some(next) = latest.next_pass() {
            latest = next;
            run_units(
                ground,
                Mode::Reread,
                (&bucket.name, bucket.order),
                &scan.units,
                threads,
                |_| true,
                || LatestSink::new(&latest, &superseded, up_to),
            );
            let count = latest.count();
            scan.count.distinct += count.distinct;
            scan.count.live += count.live;
        }
        scan.superseded = superseded;
        scan
    }

    /// The hash: units nothing is left out of keep the CRC of the first pass, the others are
    /// read again.
    fn hash(&mut self, compact_revision: i64, revision: i64) -> HashKv {
        let keeps_any = self.count.live > 0;
        let known: Vec<Option<(u32, u64)>> = (0..self.tallies.len())
            .map(|unit| self.known_part(unit, compact_revision, revision, keeps_any))
            .collect();
        let make = || HashSink::new(&self.superseded, compact_revision, revision, keeps_any);
        let mut sinks = if self.bucket.root == 0 {
            let mut sink = make();
            sink.unit(0);
            let mut walker = Walker::new(self.ground, Mode::Reread);
            let (page, way) = (&self.bucket.inline, &self.bucket.path);
            walker.inline(&self.bucket.name, self.bucket.order, way, page, &mut sink);
            vec![sink]
        } else {
            let name = (self.bucket.name.as_str(), self.bucket.order);
            let dirty = |unit: usize| known.get(unit).is_some_and(Option::is_none);
            run_units(
                self.ground,
                Mode::Reread,
                name,
                &self.units,
                self.threads,
                dirty,
                make,
            )
            .sinks
        };
        let mut parts: Vec<(u32, u64)> = known.iter().map(|part| part.unwrap_or((0, 0))).collect();
        for (unit, crc, bytes) in sinks.iter_mut().flat_map(|sink| sink.hashes.drain(..)) {
            if let Some(part) = parts.get_mut(unit) {
                *part = (crc, bytes);
            }
        }
        let name = crc32c::crc32c(&self.bucket.raw_name);
        let hash = parts
            .iter()
            .fold(name, |hash, &(crc, bytes)| append_crc(hash, crc, bytes));
        HashKv {
            hash,
            revision,
            compact_revision,
        }
    }

    /// CRC and bytes a unit adds to the hash, when the first pass saw enough to tell.
    fn known_part(
        &self,
        unit: usize,
        compact_revision: i64,
        revision: i64,
        keeps_any: bool,
    ) -> Option<(u32, u64)> {
        let tally = self.tallies.get(unit)?;
        let end = (tally.crc, tally.key_bytes + tally.value_bytes);
        let Some(span) = self.spans.get(unit)?.as_ref() else {
            return Some(end);
        };
        if span.to > revision {
            return None;
        }
        if span.from > compact_revision {
            return Some(end);
        }
        if span.has_deletions || span.is_incomplete {
            return None;
        }
        if !keeps_any {
            return Some(end);
        }
        Some(without(&span.marks, &self.superseded.bits(unit), end))
    }
}

/// CRC and bytes of a unit that ends with `end`, without the records whose bit is set; `marks`
/// are CRC and bytes after each of the first records.
fn without(marks: &[(u32, u32)], left_out: &[u64], end: (u32, u64)) -> (u32, u64) {
    let mut kept = (0, 0);
    let mut take = |from: (u32, u64), to: (u32, u64)| {
        let bytes = to.1.saturating_sub(from.1);
        // What lies between two points of a checksum, joined to what was kept before.
        let crc = append_crc(from.0, to.0, bytes);
        kept = (append_crc(kept.0, crc, bytes), kept.1 + bytes);
    };
    let mut from = (0, 0);
    let mut before = (0, 0);
    for (record, &(crc, bytes)) in marks.iter().enumerate() {
        let after = (crc, u64::from(bytes));
        let word = left_out.get(record / 64).copied().unwrap_or(0);
        if word & 1 << (record % 64) != 0 {
            take(from, before);
            from = after;
        }
        before = after;
    }
    take(from, end);
    kept
}

/// The revisions of a unit.
#[derive(Clone)]
struct Span {
    unit: usize,
    from: i64,
    to: i64,
    has_deletions: bool,
    /// CRC and bytes of the unit after each record that the compaction has passed; empty when
    /// there was no room for them.
    marks: Vec<(u32, u32)>,
    /// Whether a record the compaction has passed is missing from the marks.
    is_incomplete: bool,
}

/// Finds which record of a key is its newest.
struct LatestSink<'a> {
    latest: &'a Latest,
    superseded: &'a Superseded,
    up_to: i64,
    unit: usize,
    record: u32,
}

impl<'a> LatestSink<'a> {
    fn new(latest: &'a Latest, superseded: &'a Superseded, up_to: i64) -> Self {
        Self {
            latest,
            superseded,
            up_to,
            unit: 0,
            record: 0,
        }
    }

    fn note(&mut self, revision: Revision, key: &[u8]) {
        if revision.main <= self.up_to {
            let place = RecordPlace::new(self.unit, self.record, revision.is_tombstone);
            if let Some(older) = self.latest.put(key, place) {
                self.superseded.add(older);
            }
        }
    }
}

impl Sink for LatestSink<'_> {
    fn unit(&mut self, index: usize) {
        self.unit = index;
        self.record = 0;
    }

    fn record(&mut self, key: &[u8], head: &[u8], value_bytes: u64) -> Option<FaultKind> {
        if let Some((revision, kv)) = Revision::parse(key).zip(KeyValue::parse(head, value_bytes)) {
            self.note(revision, kv.key);
        }
        self.record = self.record.saturating_add(1);
        None
    }
}

/// Checks the records and sums them up.
struct KeySink<'a> {
    latest: LatestSink<'a>,
    prefixes: PrefixTally,
    deletions: u64,
    first: Option<Revision>,
    last: Option<Revision>,
    spans: Vec<Span>,
    compact: i64,
    /// Whether the record at hand is one the compaction has passed.
    is_passed: bool,
    marks: usize,
}

impl<'a> KeySink<'a> {
    fn new(latest: &'a Latest, superseded: &'a Superseded, up_to: i64, compact: i64) -> Self {
        Self {
            compact,
            is_passed: false,
            marks: 0,
            latest: LatestSink::new(latest, superseded, up_to),
            prefixes: PrefixTally::default(),
            deletions: 0,
            first: None,
            last: None,
            spans: Vec::new(),
        }
    }

    fn check(&mut self, key: &[u8], head: &[u8], value_bytes: u64) -> Option<FaultKind> {
        let Some(revision) = Revision::parse(key) else {
            return Some(FaultKind::NotARevision {
                bytes: key.len() as u64,
            });
        };
        self.first = Some(self.first.map_or(revision, |first| first.min(revision)));
        self.last = self.last.max(Some(revision));
        self.deletions += u64::from(revision.is_tombstone);
        let unit = self.latest.unit;
        let (from, to) = (revision.main, revision.main);
        self.is_passed = revision.main <= self.compact;
        let has_deletions = revision.is_tombstone;
        match self.spans.last_mut().filter(|span| span.unit == unit) {
            Some(span) => {
                span.from = span.from.min(from);
                span.to = span.to.max(to);
                span.has_deletions |= has_deletions;
            }
            None => self.spans.push(Span {
                unit,
                from,
                to,
                has_deletions,
                marks: Vec::new(),
                is_incomplete: false,
            }),
        }
        let Some(kv) = KeyValue::parse(head, value_bytes) else {
            return Some(FaultKind::NotAKeyValue);
        };
        self.prefixes.add(kv.key, key.len() as u64 + value_bytes, 1);
        self.latest.note(revision, kv.key);
        let found = kv.mod_revision;
        // A deletion's record holds the key alone.
        (!revision.is_tombstone && found != revision.main).then_some(FaultKind::RecordRevision {
            found,
            expected: revision.main,
        })
    }
}

impl Sink for KeySink<'_> {
    fn unit(&mut self, index: usize) {
        self.latest.unit(index);
    }

    fn record(&mut self, key: &[u8], head: &[u8], value_bytes: u64) -> Option<FaultKind> {
        let fault = self.check(key, head, value_bytes);
        self.latest.record = self.latest.record.saturating_add(1);
        fault
    }

    fn done(&mut self, crc: u32, bytes: u64) {
        let Some(span) = self.spans.last_mut().filter(|_| self.is_passed) else {
            return;
        };
        self.is_passed = false;
        match u32::try_from(bytes) {
            Ok(bytes) if self.marks < MAX_MARKS && !span.is_incomplete => {
                self.marks += 1;
                span.marks.push((crc, bytes));
            }
            _ => span.is_incomplete = true,
        }
    }
}
