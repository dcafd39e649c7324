// SPDX-License-Identifier: Apache-2.0

use std::sync::atomic::{AtomicUsize, Ordering};

use super::ground::{Ground, Lost};
use super::leaf::Sink;
use super::unit::{Unit, UnitTally};
use super::walker::{Mode, Walker};
use crate::db::fault::FaultLog;
use crate::db::source::Source;

/// What the threads brought back.
pub(crate) struct Walked<K> {
    /// One per unit, in key order.
    pub(crate) tallies: Vec<UnitTally>,
    pub(crate) faults: FaultLog,
    pub(crate) lost: Vec<Lost>,
    /// Names of buckets found where none belong.
    pub(crate) nested: Vec<Vec<u8>>,
    pub(crate) sinks: Vec<K>,
}

/// Walks the `wanted` units (all without a filter) on `threads` threads, each with a sink of
/// its own.
pub(crate) fn run_units<S: Source + ?Sized, K: Sink>(
    ground: &Ground<'_, S>,
    mode: Mode,
    (name, order): (&str, u32),
    units: &[Unit],
    threads: usize,
    wanted: impl Fn(usize) -> bool + Sync,
    make: impl Fn() -> K + Sync,
) -> Walked<K> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut walker = Walker::new(ground, mode);
        let mut sink = make();
        let mut tallies = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = units.get(index) else { break };
            if wanted(index) {
                sink.unit(index);
                tallies.push((index, walker.walk(name, order, unit, &mut sink)));
            }
        }
        (walker, sink, tallies)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut results = vec![work()];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    let mut walked = Walked {
        tallies: vec![UnitTally::default(); units.len()],
        faults: FaultLog::default(),
        lost: Vec::new(),
        nested: Vec::new(),
        sinks: Vec::new(),
    };
    for (walker, sink, tallies) in results {
        for (index, tally) in tallies {
            if let Some(slot) = walked.tallies.get_mut(index) {
                *slot = tally;
            }
        }
        walked.faults.merge(walker.faults);
        walked.lost.extend(walker.lost);
        walked
            .nested
            .extend(walker.nested.into_iter().map(|(name, ..)| name));
        walked.sinks.push(sink);
    }
    walked
}
