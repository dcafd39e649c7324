// SPDX-License-Identifier: Apache-2.0

use super::unit::UnitTally;
use crate::db::fault::{EtcdText, FaultKind, dies};
use crate::db::layout::{LeafElement, PAGE_HEADER_BYTES, PageKind};

/// Bytes of a page (with overflow) that are held in memory at once; larger values are read in
/// pieces.
pub(crate) const WHOLE_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes of a large value that a sink sees at once.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;
/// Bytes of each further piece.
pub(crate) const PIECE_BYTES: usize = 1024 * 1024;
/// bbolt refuses longer keys (`MaxKeySize`).
pub(crate) const MAX_KEY_BYTES: u32 = 32768;

/// Takes the keys and values of a bucket in order.
pub(crate) trait Sink: Send {
    /// A new unit begins.
    fn unit(&mut self, _index: usize) {}

    /// One key with its value; `head` is the whole value unless it is a very large one, then
    /// [`Sink::rest`] brings the rest. Says what is wrong with it, if anything is.
    fn record(&mut self, key: &[u8], head: &[u8], value_bytes: u64) -> Option<FaultKind>;

    /// More of the value begun before.
    fn rest(&mut self, _piece: &[u8]) {}

    /// The record is complete; CRC-32C and bytes of the unit up to here.
    fn done(&mut self, _crc: u32, _bytes: u64) {}
}

/// Takes nothing: the walker's own tally is enough.
#[derive(Debug, Default)]
pub(crate) struct CountingSink;

impl Sink for CountingSink {
    fn record(&mut self, _key: &[u8], _head: &[u8], _value_bytes: u64) -> Option<FaultKind> {
        None
    }
}

/// What is wrong with the position of `key`, as bbolt's own check sees it.
pub(crate) fn order_fault(
    index: u16,
    key: &[u8],
    previous: Option<&[u8]>,
    from: Option<&[u8]>,
    to: Option<&[u8]>,
) -> Option<FaultKind> {
    match previous {
        Some(previous) if key < previous => return Some(FaultKind::KeyOrder { index }),
        Some(previous) if key == previous => return Some(FaultKind::DuplicateKey { index }),
        Some(_) => {}
        None if from.is_some_and(|from| key < from) => {
            return Some(FaultKind::KeyOutOfRange {
                index,
                is_below: true,
            });
        }
        None => {}
    }
    to.is_some_and(|to| key >= to)
        .then_some(FaultKind::KeyOutOfRange {
            index,
            is_below: false,
        })
}

/// What reading the elements of one leaf brought up beside the records.
#[derive(Default)]
pub(crate) struct LeafFindings {
    pub(crate) faults: Vec<(u16, FaultKind, Vec<EtcdText>)>,
    /// Element, name and value of each bucket; the value is cut at [`HEAD_BYTES`].
    pub(crate) buckets: Vec<(u16, Vec<u8>, Vec<u8>)>,
}

/// Hands the first `count` records of the leaf page `page` to `sink`.
pub(crate) fn leaf_records(
    (id, page): (u64, &[u8]),
    count: u16,
    (from, to): (Option<&[u8]>, Option<&[u8]>),
    verify: bool,
    tally: &mut UnitTally,
    sink: &mut dyn Sink,
) -> LeafFindings {
    let mut found = LeafFindings::default();
    let table_end = (PAGE_HEADER_BYTES + usize::from(count) * LeafElement::BYTES) as u64;
    let page_bytes = page.len() as u64;
    let mut previous = None;
    for index in 0..count {
        let Some(element) = LeafElement::parse(page, index) else {
            break;
        };
        let inside = element.key_at >= table_end;
        let record = element
            .key(page)
            .zip(element.value(page))
            .filter(|_| inside);
        let Some((key, value)) = record else {
            let kind = out_of_bounds(index, element, page_bytes);
            let says = says_of(&kind);
            found.faults.push((index, kind, says));
            continue;
        };
        tally.records += 1;
        tally.key_bytes += u64::from(element.key_bytes);
        tally.value_bytes += u64::from(element.value_bytes);
        if verify {
            if let Some(kind) = order_fault(index, key, previous, from, to) {
                let says = dies::key_order(&kind, PageKind::Leaf, id, key);
                found.faults.push((index, kind, says.into_iter().collect()));
            }
            tally.crc = crc32c::crc32c_append(tally.crc, key);
            tally.crc = crc32c::crc32c_append(tally.crc, value);
        }
        previous = Some(key);
        if element.is_bucket {
            if verify {
                let value = value.get(..HEAD_BYTES).unwrap_or(value);
                found.buckets.push((index, key.to_vec(), value.to_vec()));
            }
        } else {
            if let Some(kind) = sink.record(key, value, u64::from(element.value_bytes)) {
                let says = says_of(&kind);
                found.faults.push((index, kind, says));
            }
            sink.done(tally.crc, tally.key_bytes + tally.value_bytes);
        }
    }
    found
}

/// The fault of an element that does not lie within its page.
pub(crate) fn out_of_bounds(index: u16, element: LeafElement, page_bytes: u64) -> FaultKind {
    FaultKind::ElementOutOfBounds {
        index,
        end: element.end(),
        page_bytes,
    }
}

/// What etcd says about an element that is wrong in itself.
pub(crate) fn says_of(kind: &FaultKind) -> Vec<EtcdText> {
    let undecodable = [
        "failed to unmarshal mvccpb.KeyValue",
        "cannot unmarshal event",
    ];
    match kind {
        FaultKind::NotAKeyValue => EtcdText::any_of(&undecodable),
        FaultKind::ElementOutOfBounds { .. } => EtcdText::any_of(&[
            "unexpected fault address",
            "slice bounds out of range",
            "failed to unmarshal mvccpb.KeyValue",
            "cannot unmarshal event",
        ]),
        FaultKind::NotABucket => EtcdText::both("incompatible value"),
        FaultKind::BadMetaValue { bytes, .. } if *bytes < 8 => {
            EtcdText::both(&format!("index out of range [7] with length {bytes}"))
        }
        _ => Vec::new(),
    }
}
