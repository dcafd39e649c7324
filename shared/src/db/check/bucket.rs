// SPDX-License-Identifier: Apache-2.0

use super::ground::{Ground, Lost, place, show_key};
use super::leaf::Sink;
use super::unit::{Unit, UnitTally};
use super::walker::{Mode, Walker};
use crate::db::fault::{Fault, FaultKind, FaultLog, Step};
use crate::db::layout::{
    BranchElement, BucketHeader, Meta, PAGE_HEADER_BYTES, PageHeader, PageKind,
};
use crate::db::source::Source;
use crate::db::window::Window;

/// Units of a bucket at most, so that their list stays small.
const MAX_UNITS: usize = 100_000;
/// Levels looked down for the cut.
const MAX_CUT_DEPTH: usize = 8;

/// A bucket found in the bucket of buckets.
#[derive(Clone, Debug)]
pub(crate) struct BucketTree {
    /// The name as it is, for hashing.
    pub(crate) raw_name: Vec<u8>,
    /// The name as shown.
    pub(crate) name: String,
    /// Its place in the order etcd walks the buckets, from 1.
    pub(crate) order: u32,
    /// The way to it.
    pub(crate) path: Vec<Step>,
    /// The root page, 0 when inline.
    pub(crate) root: u64,
    /// The page of an inline bucket.
    pub(crate) inline: Vec<u8>,
}

/// The buckets of a file and what was wrong on the way to them.
#[derive(Debug, Default)]
pub(crate) struct Forest {
    pub(crate) buckets: Vec<BucketTree>,
    pub(crate) root: UnitTally,
    pub(crate) faults: FaultLog,
    pub(crate) lost: Vec<Lost>,
}

/// Only buckets may stand in the bucket of buckets.
struct OnlyBuckets;

impl Sink for OnlyBuckets {
    fn record(&mut self, _key: &[u8], _head: &[u8], _value_bytes: u64) -> Option<FaultKind> {
        Some(FaultKind::NotABucket)
    }
}

/// Walks the bucket of buckets.
pub(crate) fn walk_forest<S: Source + ?Sized>(ground: &Ground<'_, S>, meta: &Meta) -> Forest {
    let mut walker = Walker::new(ground, Mode::Verify);
    let root = Unit {
        page: meta.root.root,
        from: None,
        to: None,
        path: Box::new([]),
        above: 0,
    };
    let tally = walker.walk("", 0, &root, &mut OnlyBuckets);
    let mut forest = Forest {
        root: tally,
        lost: walker.lost,
        ..Forest::default()
    };
    forest.faults.merge(walker.faults);
    for (index, (raw_name, value, path)) in walker.nested.into_iter().enumerate() {
        let name = show_key("", &raw_name);
        let order = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        match BucketHeader::parse(&value) {
            Some(header) => forest.buckets.push(BucketTree {
                inline: value
                    .get(BucketHeader::BYTES..)
                    .unwrap_or_default()
                    .to_vec(),
                root: header.root,
                raw_name,
                name,
                order,
                path,
            }),
            None => {
                let page = path.last().map_or(0, |step| step.page);
                let kind = FaultKind::BucketTooShort {
                    bytes: value.len() as u64,
                };
                let fault = Fault::new(kind, Some(page), ground.offset(page));
                forest
                    .faults
                    .push(fault.at(place(&name, &path, None, None), vec![order]));
                forest.lost.push(Lost {
                    bucket: name,
                    page,
                    from: None,
                    to: None,
                });
            }
        }
    }
    forest
}

impl BucketTree {
    /// The whole bucket as one unit.
    pub(crate) fn root_unit(&self) -> Unit {
        Unit {
            page: self.root,
            from: None,
            to: None,
            path: self.path.as_slice().into(),
            above: self.path.len(),
        }
    }

    /// Walks all of it on this thread.
    pub(crate) fn walk<S: Source + ?Sized>(
        &self,
        walker: &mut Walker<'_, '_, S>,
        sink: &mut dyn Sink,
    ) -> UnitTally {
        if self.root == 0 {
            walker.inline(&self.name, self.order, &self.path, &self.inline, sink)
        } else {
            walker.walk(&self.name, self.order, &self.root_unit(), sink)
        }
    }

    /// How deep to cut it so that there are units enough for the threads, and not too many.
    pub(crate) fn cut_depth<S: Source + ?Sized>(&self, ground: &Ground<'_, S>) -> usize {
        let mut window = Window::new(ground.source);
        let mut level = vec![self.root];
        let mut depth = 0;
        while depth < MAX_CUT_DEPTH && level.len() < MAX_UNITS {
            let mut next = Vec::new();
            let mut leaves = 0usize;
            for &page in &level {
                match children(ground, &mut window, page) {
                    Some(children) => next.extend(children),
                    None => leaves += 1,
                }
                if next.len() > MAX_UNITS {
                    return depth;
                }
            }
            // The level of the leaves themselves is cut only when there is hardly another.
            if next.is_empty() || leaves > 0 {
                return if level.len() > 512 {
                    depth.saturating_sub(1)
                } else {
                    depth
                };
            }
            level = next;
            depth += 1;
            if level.len() > 512 {
                return depth;
            }
        }
        depth
    }
}

/// The children of a branch page; `None` for a leaf or anything broken.
fn children<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    window: &mut Window<'_, S>,
    page: u64,
) -> Option<Vec<u64>> {
    if page >= ground.file_pages.min(ground.high_water) {
        return None;
    }
    let bytes = usize::try_from(ground.page_bytes).ok()?;
    let offset = ground.offset(page);
    let header = PageHeader::parse(window.read(offset, PAGE_HEADER_BYTES).ok()?)?;
    if header.kind() != PageKind::Branch || header.overflow != 0 {
        return None;
    }
    let page = window.read(offset, bytes).ok()?;
    Some(
        (0..header.count)
            .map_while(|index| BranchElement::parse(page, index))
            .map(|element| element.child)
            .collect(),
    )
}
