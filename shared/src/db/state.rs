// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use super::check::{
    CountingSink, Forest, Ground, Lost, Mode, UnitTally, Walker, append_crc, check_freelist,
    walk_forest,
};
use super::fault::{BboltAge, EtcdText, Fault, FaultKind, FaultLog, dies};
use super::identity::{Identity, SmallBucket, SmallSink, read_identity};
use super::layout::{Meta, PageHeader};
use super::mvcc::{HashOutcome, HashWish, KeyContent, scan_keys};
use super::report::{BucketUse, HeldState, Sizes};
use super::source::Source;
use super::window::Window;

/// Buckets whose records are looked at one by one.
const SMALL: [&str; 6] = [
    "meta",
    "members",
    "members_removed",
    "cluster",
    "alarm",
    "auth",
];

/// A walk over what one meta page leads to.
pub(crate) struct Walk<'a, S: ?Sized> {
    pub(crate) ground: Ground<'a, S>,
    pub(crate) state: HeldState,
    pub(crate) faults: FaultLog,
    pub(crate) lost: Vec<Lost>,
}

/// Walks everything `meta` leads to. With several threads a page with two parents may be
/// blamed on either of them, so such a file is walked once more on one.
pub(crate) fn walk_state<'a, S: Source + ?Sized>(
    source: &'a S,
    meta: &Meta,
    hash: HashWish,
    threads: usize,
    progress: &'a (dyn Fn(u64) + Sync),
) -> Walk<'a, S> {
    let walk = walk_once(source, meta, hash, threads, progress);
    let is_doubtful = ["multiple_references", "overflow_out_of_bounds"]
        .iter()
        .any(|name| walk.faults.has(name));
    if threads > 1 && is_doubtful {
        return walk_once(source, meta, hash, 1, &|_| ());
    }
    walk
}

fn walk_once<'a, S: Source + ?Sized>(
    source: &'a S,
    meta: &Meta,
    hash: HashWish,
    threads: usize,
    progress: &'a (dyn Fn(u64) + Sync),
) -> Walk<'a, S> {
    let ground = Ground::new(source, meta, progress);
    let Forest {
        buckets,
        root,
        mut faults,
        mut lost,
    } = walk_forest(&ground, meta);
    if ground.file_pages < ground.high_water {
        let offset = ground.offset(ground.file_pages);
        let kind = FaultKind::Truncated {
            file_bytes: source.len(),
            expected_bytes: ground.offset(ground.high_water),
        };
        let is_tiny = source.len() < 2 * ground.page_bytes;
        let says = if is_tiny {
            EtcdText::both("file size too small")
        } else {
            Vec::new()
        };
        faults.push(Fault::new(kind, None, offset).says(says));
    }
    let mut tallies = vec![UnitTally::default(); buckets.len()];
    let mut small: BTreeMap<&str, SmallBucket> = BTreeMap::new();
    let mut nested: Vec<(u32, String, Vec<u8>)> = Vec::new();
    let mut walker = Walker::new(&ground, Mode::Verify);
    for (bucket, tally) in buckets.iter().zip(&mut tallies) {
        if bucket.name == "key" {
            continue;
        }
        *tally = if SMALL.contains(&bucket.name.as_str()) {
            let mut sink = SmallSink::new(&bucket.name);
            let tally = bucket.walk(&mut walker, &mut sink);
            small.insert(&bucket.name, sink.records);
            tally
        } else {
            bucket.walk(&mut walker, &mut CountingSink)
        };
        let inner = walker.nested.drain(..);
        nested.extend(inner.map(|(name, ..)| (bucket.order, bucket.name.clone(), name)));
    }
    let leases = buckets
        .iter()
        .zip(&tallies)
        .find(|(bucket, _)| bucket.name == "lease");
    let leases = leases.map_or(0, |(_, tally)| tally.records);
    let (identity, compaction) = read_identity(|name| small.get(name), leases);
    let key = buckets.iter().position(|bucket| bucket.name == "key");
    let mut content = None;
    let mut hash_kv = HashOutcome::NotComputed;
    if let Some((bucket, tally)) = key.and_then(|at| buckets.get(at).zip(tallies.get_mut(at))) {
        let scan = scan_keys(&ground, bucket, compaction, hash, threads);
        *tally = scan.tally;
        content = Some(scan.content);
        hash_kv = scan.hash;
        faults.merge(scan.faults);
        lost.extend(scan.lost);
        nested.extend(
            scan.nested
                .into_iter()
                .map(|n| (bucket.order, bucket.name.clone(), n)),
        );
    }
    faults.merge(walker.faults);
    lost.extend(walker.lost);
    for (order, bucket, name) in nested {
        let kind = FaultKind::NestedBucket {
            name: super::check::show_key(&bucket, &name),
        };
        let place = super::check::place(&bucket, &[], None, None);
        let says = EtcdText::both("index out of range");
        faults.push(Fault::new(kind, None, 0).at(place, vec![order]).says(says));
    }
    // A broken list of buckets has its own faults already.
    let is_listed = lost.iter().all(|lost| !lost.bucket.is_empty());
    for name in ["key", "meta"] {
        if is_listed && !buckets.iter().any(|bucket| bucket.name == name) {
            let kind = FaultKind::BucketMissing {
                name: name.to_owned(),
            };
            faults.push(Fault::new(kind, None, 0));
        }
    }
    check_freelist(&ground, &mut faults);
    let is_sound = !faults.is_damaged();
    if !is_sound {
        hash_kv = HashOutcome::NotComputed;
    }
    let status_hash = is_sound.then(|| {
        buckets
            .iter()
            .zip(&tallies)
            .fold(0, |hash, (bucket, tally)| {
                let hash = crc32c::crc32c_append(hash, &bucket.raw_name);
                append_crc(hash, tally.crc, tally.key_bytes + tally.value_bytes)
            })
    });
    let uses = buckets
        .iter()
        .zip(&tallies)
        .map(|(bucket, tally)| BucketUse {
            name: bucket.name.clone(),
            records: tally.records,
            key_bytes: tally.key_bytes,
            value_bytes: tally.value_bytes,
            branch_pages: tally.branch_pages,
            leaf_pages: tally.leaf_pages,
            overflow_pages: tally.overflow_pages,
            is_inline: bucket.root == 0,
        });
    let state = HeldState {
        txid: meta.txid,
        sizes: sizes(&ground),
        buckets: uses.collect(),
        content,
        hash_kv,
        snapshot_status_hash: status_hash,
        identity,
    };
    let _ = root;
    Walk {
        ground,
        state,
        faults,
        lost,
    }
}

fn sizes<S: Source + ?Sized>(ground: &Ground<'_, S>) -> Sizes {
    let used = ground.visited.count() + 2;
    Sizes {
        page_bytes: ground.page_bytes,
        db_bytes: ground.offset(ground.high_water),
        in_use_bytes: used.saturating_mul(ground.page_bytes),
        free_pages: ground.high_water.saturating_sub(used),
    }
}

impl<S: Source + ?Sized> Walk<'_, S> {
    /// Adds what can be told only when all pages in use are known: older bbolts mark the number
    /// a misplaced page gives itself, and so trip over the page that rightly bears it.
    pub(crate) fn complete_texts(&self, faults: &mut [Fault]) {
        let mut window = Window::new(self.ground.source);
        for fault in faults {
            let FaultKind::WrongPageId { found } = fault.kind else {
                continue;
            };
            let is_told = fault
                .etcd_says
                .iter()
                .any(|text| text.age == BboltAge::Before137);
            if is_told || !self.ground.visited.get(found) {
                continue;
            }
            let header = window
                .read(fault.offset, 16)
                .ok()
                .and_then(PageHeader::parse);
            let Some(header) = header else { continue };
            let texts =
                dies::of_header(found, header, self.ground.high_water, true, &[]).into_iter();
            let older: Vec<EtcdText> = texts
                .filter(|text| text.age == BboltAge::Before137)
                .collect();
            fault.etcd_says.splice(0..0, older);
        }
    }

    /// What is in the file, when it is no etcd database at all.
    pub(crate) fn content(&self) -> Option<&KeyContent> {
        self.state.content.as_ref()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.state.identity
    }
}
