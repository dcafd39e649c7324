// SPDX-License-Identifier: Apache-2.0

use super::claim::{Opened, PageFault, claim, reopen};
use super::ground::{Ground, Lost, place};
use super::leaf::{
    CountingSink, HEAD_BYTES, MAX_KEY_BYTES, PIECE_BYTES, Sink, WHOLE_BYTES, leaf_records,
    order_fault, out_of_bounds, says_of,
};
use super::unit::{Unit, UnitTally};
use crate::db::fault::{EtcdText, Fault, FaultKind, FaultLog, Step, dies};
use crate::db::layout::{
    BranchElement, LeafElement, PAGE_HEADER_BYTES, PageHeader, PageKind, type_text,
};
use crate::db::source::Source;
use crate::db::window::Window;

/// Levels of a tree; a full one of this depth would not fit on any disk.
const MAX_DEPTH: usize = 48;
/// Lost ranges kept; the faults themselves tell of all.
const MAX_LOST: usize = 4096;
/// Buckets kept; etcd has ten.
const MAX_BUCKETS: usize = 1000;

/// What a walk is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Check everything, claim pages, collect faults.
    Verify,
    /// Read the records again that an earlier walk has checked.
    Reread,
}

/// Walks subtrees on one thread.
pub(crate) struct Walker<'g, 'a, S: ?Sized> {
    ground: &'g Ground<'a, S>,
    window: Window<'a, S>,
    mode: Mode,
    pub(crate) faults: FaultLog,
    pub(crate) lost: Vec<Lost>,
    /// Buckets found inside a bucket, with the way to them.
    pub(crate) nested: Vec<(Vec<u8>, Vec<u8>, Vec<Step>)>,
    bucket: String,
    bucket_order: u32,
    above: usize,
    tally: UnitTally,
    cut: Option<Cut>,
}

/// Pages at this depth are put aside as units instead of being walked.
pub(crate) struct Cut {
    pub(crate) depth: usize,
    pub(crate) units: Vec<Unit>,
}

/// The keys a parent gives to a page.
#[derive(Clone, Copy)]
struct Range<'k> {
    from: Option<&'k [u8]>,
    to: Option<&'k [u8]>,
}

impl<'g, 'a, S: Source + ?Sized> Walker<'g, 'a, S> {
    pub(crate) fn new(ground: &'g Ground<'a, S>, mode: Mode) -> Self {
        Self {
            ground,
            window: Window::new(ground.source),
            mode,
            faults: FaultLog::default(),
            lost: Vec::new(),
            nested: Vec::new(),
            bucket: String::new(),
            bucket_order: 0,
            above: 0,
            tally: UnitTally::default(),
            cut: None,
        }
    }

    /// Walks only the pages above `depth` and gives back those at it as units.
    pub(crate) fn cut(
        &mut self,
        name: &str,
        order: u32,
        root: &Unit,
        depth: usize,
    ) -> (Vec<Unit>, UnitTally) {
        self.cut = Some(Cut {
            depth,
            units: Vec::new(),
        });
        let tally = self.walk(name, order, root, &mut CountingSink);
        (
            self.cut.take().map(|cut| cut.units).unwrap_or_default(),
            tally,
        )
    }

    /// Walks one unit of the bucket `name`, the `order`th one.
    pub(crate) fn walk(
        &mut self,
        name: &str,
        order: u32,
        unit: &Unit,
        sink: &mut dyn Sink,
    ) -> UnitTally {
        if self.bucket != name {
            name.clone_into(&mut self.bucket);
        }
        self.bucket_order = order;
        self.above = unit.above;
        self.tally = UnitTally::default();
        let mut path = unit.path.to_vec();
        let range = Range {
            from: unit.from.as_deref(),
            to: unit.to.as_deref(),
        };
        self.page(unit.page, range, &mut path, 0, sink);
        if self.mode == Mode::Verify {
            (self.ground.progress)(self.tally.pages().saturating_mul(self.ground.page_bytes));
        }
        self.tally
    }

    fn page(
        &mut self,
        id: u64,
        range: Range<'_>,
        path: &mut Vec<Step>,
        depth: usize,
        sink: &mut dyn Sink,
    ) {
        if let Some(cut) = &mut self.cut
            && cut.depth == depth
        {
            cut.units.push(Unit {
                page: id,
                from: range.from.map(Box::from),
                to: range.to.map(Box::from),
                path: path.as_slice().into(),
                above: self.above,
            });
            return;
        }
        let Some(opened) = self.open(id, range, path) else {
            return;
        };
        self.tally.depth = self.tally.depth.max(depth as u64);
        self.tally.overflow_pages += u64::from(opened.header.overflow);
        if opened.header.kind() == PageKind::Branch {
            self.tally.branch_pages += 1;
            self.branch(id, opened, range, path, depth, sink);
        } else {
            self.tally.leaf_pages += 1;
            if opened.bytes <= WHOLE_BYTES {
                self.leaf(id, opened, range, path, sink);
            } else {
                self.large_leaf(id, opened, range, path, sink);
            }
        }
    }

    /// Claims the page and tells what is wrong with its head.
    fn open(&mut self, id: u64, range: Range<'_>, path: &[Step]) -> Option<Opened> {
        if self.mode == Mode::Reread {
            return reopen(self.ground, &mut self.window, id);
        }
        let mut found = Vec::new();
        let stack: Vec<u64> = path
            .iter()
            .skip(self.above)
            .map(|step| step.page)
            .chain(std::iter::once(id))
            .collect();
        let opened = claim(self.ground, &mut self.window, id, &stack, &mut found);
        for PageFault { kind, page, says } in found {
            self.tell(kind, page, says, range, path, None);
        }
        if opened.is_none() {
            self.lose(id, range);
        }
        opened
    }

    fn branch(
        &mut self,
        id: u64,
        opened: Opened,
        range: Range<'_>,
        path: &mut Vec<Step>,
        depth: usize,
        sink: &mut dyn Sink,
    ) {
        if depth >= MAX_DEPTH {
            self.tell(FaultKind::TooDeep, id, Vec::new(), range, path, None);
            self.lose(id, range);
            return;
        }
        let wanted = usize::try_from(opened.bytes.min(WHOLE_BYTES)).unwrap_or(0);
        let page = match self.window.read(opened.offset, wanted) {
            Ok(bytes) => bytes.to_vec(),
            Err(error) => return self.unreadable(id, &error, range, path),
        };
        let fits = self.fitting(id, opened, BranchElement::BYTES, range, path);
        if fits == 0 {
            let says = EtcdText::both("index out of range [0] with length 0");
            self.tell(FaultKind::EmptyBranch, id, says, range, path, None);
            self.lose(id, range);
        }
        let mut previous = None;
        for index in 0..fits {
            let Some(element) = BranchElement::parse(&page, index) else {
                break;
            };
            let key = element.key(&page);
            if self.mode == Mode::Verify {
                let fault = match key {
                    None => Some(FaultKind::ElementOutOfBounds {
                        index,
                        end: element.key_at + u64::from(element.key_bytes),
                        page_bytes: opened.bytes,
                    }),
                    Some(key) => order_fault(index, key, previous, range.from, range.to),
                };
                if let Some(kind) = fault {
                    let child = element.child;
                    let says =
                        key.and_then(|key| dies::key_order(&kind, PageKind::Branch, child, key));
                    self.tell(
                        kind,
                        id,
                        says.into_iter().collect(),
                        range,
                        path,
                        Some(index),
                    );
                }
            }
            previous = key.or(previous);
            let next = BranchElement::parse(&page, index + 1)
                .filter(|_| index + 1 < fits)
                .map_or(range.to, |next| next.key(&page));
            path.push(Step {
                page: id,
                element: u32::from(index),
            });
            self.page(
                element.child,
                Range {
                    from: key,
                    to: next,
                },
                path,
                depth + 1,
                sink,
            );
            path.pop();
        }
    }

    fn leaf(
        &mut self,
        id: u64,
        opened: Opened,
        range: Range<'_>,
        path: &[Step],
        sink: &mut dyn Sink,
    ) {
        let fits = self.fitting(id, opened, LeafElement::BYTES, range, path);
        let wanted = usize::try_from(opened.bytes).unwrap_or(0);
        let page = match self.window.read(opened.offset, wanted) {
            Ok(page) => page,
            Err(error) => return self.unreadable(id, &error, range, path),
        };
        let verify = self.mode == Mode::Verify;
        let found = leaf_records(
            (id, page),
            fits,
            (range.from, range.to),
            verify,
            &mut self.tally,
            sink,
        );
        for (index, name, value) in found.buckets {
            if self.nested.len() >= MAX_BUCKETS {
                self.element_fault(
                    FaultKind::TooManyBuckets,
                    Vec::new(),
                    id,
                    range,
                    path,
                    index,
                );
                break;
            }
            let step = Step {
                page: id,
                element: u32::from(index),
            };
            let way = path.iter().copied().chain(std::iter::once(step)).collect();
            self.nested.push((name, value, way));
        }
        for (index, kind, says) in found.faults {
            self.element_fault(kind, says, id, range, path, index);
        }
    }

    /// Reads the page of an inline bucket, which stands in the bucket's value.
    pub(crate) fn inline(
        &mut self,
        name: &str,
        order: u32,
        way: &[Step],
        page: &[u8],
        sink: &mut dyn Sink,
    ) -> UnitTally {
        name.clone_into(&mut self.bucket);
        self.bucket_order = order;
        self.above = way.len();
        self.tally = UnitTally::default();
        let id = way.last().map_or(0, |step| step.page);
        let open = Range {
            from: None,
            to: None,
        };
        let mut broken = |why: &str| {
            let kind = FaultKind::InlineBucketBroken {
                why: why.to_owned(),
            };
            self.tell(kind, id, Vec::new(), open, way, None);
            self.lose(id, open);
        };
        let Some(header) = PageHeader::parse(page) else {
            broken("it ends within its page header");
            return self.tally;
        };
        if header.kind() != PageKind::Leaf || header.overflow != 0 {
            broken(&format!(
                "its page is of type {}, not leaf",
                type_text(header.flags)
            ));
            return self.tally;
        }
        let opened = Opened {
            header,
            offset: self.ground.offset(id),
            bytes: page.len() as u64,
        };
        let fits = self.fitting(id, opened, LeafElement::BYTES, open, way);
        let found = leaf_records((id, page), fits, (None, None), true, &mut self.tally, sink);
        for (index, kind, says) in found.faults {
            self.element_fault(kind, says, id, open, way, index);
        }
        self.tally
    }

    /// A leaf whose value is too large to be held whole: read in pieces.
    fn large_leaf(
        &mut self,
        id: u64,
        opened: Opened,
        range: Range<'_>,
        path: &[Step],
        sink: &mut dyn Sink,
    ) {
        let fits = self.fitting(id, opened, LeafElement::BYTES, range, path);
        let table_bytes = PAGE_HEADER_BYTES + usize::from(fits) * LeafElement::BYTES;
        let table = match self.window.read(opened.offset, table_bytes) {
            Ok(bytes) => bytes.to_vec(),
            Err(error) => return self.unreadable(id, &error, range, path),
        };
        let mut previous: Option<Vec<u8>> = None;
        for index in 0..fits {
            let Some(element) = LeafElement::parse(&table, index) else {
                break;
            };
            let outside = element.end() > opened.bytes
                || element.key_at < table_bytes as u64
                || element.key_bytes > MAX_KEY_BYTES;
            if outside {
                let kind = out_of_bounds(index, element, opened.bytes);
                self.element_fault(kind.clone(), says_of(&kind), id, range, path, index);
                continue;
            }
            let key_at = opened.offset + element.key_at;
            let key = match self.window.read(key_at, element.key_bytes as usize) {
                Ok(bytes) => bytes.to_vec(),
                Err(error) => return self.unreadable(id, &error, range, path),
            };
            if self.mode == Mode::Verify {
                let fault = order_fault(index, &key, previous.as_deref(), range.from, range.to);
                if let Some(kind) = fault {
                    let says = dies::key_order(&kind, PageKind::Leaf, id, &key);
                    let says = says.into_iter().collect();
                    self.element_fault(kind, says, id, range, path, index);
                }
                self.tally.crc = crc32c::crc32c_append(self.tally.crc, &key);
            }
            self.tally.records += 1;
            self.tally.key_bytes += u64::from(element.key_bytes);
            self.tally.value_bytes += u64::from(element.value_bytes);
            let mut at = opened.offset + element.value_at();
            let mut left = element.value_bytes as usize;
            let mut piece_bytes = HEAD_BYTES.min(left);
            let mut is_head = true;
            while is_head || left > 0 {
                let piece = match self.window.read(at, piece_bytes) {
                    Ok(piece) => piece,
                    Err(error) => return self.unreadable(id, &error, range, path),
                };
                self.tally.crc = crc32c::crc32c_append(self.tally.crc, piece);
                let mut fault = None;
                if is_head {
                    fault = sink.record(&key, piece, u64::from(element.value_bytes));
                } else {
                    sink.rest(piece);
                }
                if let Some(kind) = fault {
                    let says = says_of(&kind);
                    self.element_fault(kind, says, id, range, path, index);
                }
                is_head = false;
                at += piece_bytes as u64;
                left -= piece_bytes;
                piece_bytes = PIECE_BYTES.min(left);
            }
            sink.done(
                self.tally.crc,
                self.tally.key_bytes + self.tally.value_bytes,
            );
            previous = Some(key);
        }
    }

    /// How many of the announced elements lie within the page.
    fn fitting(
        &mut self,
        id: u64,
        opened: Opened,
        element_bytes: usize,
        range: Range<'_>,
        path: &[Step],
    ) -> u16 {
        let room = opened.bytes.saturating_sub(PAGE_HEADER_BYTES as u64) / element_bytes as u64;
        let count = opened.header.count;
        let fits = u16::try_from(room).unwrap_or(u16::MAX).min(count);
        if fits < count {
            self.tell(
                FaultKind::ElementsOutOfPage { count, fits },
                id,
                EtcdText::any_of(&["unexpected fault address", "out of range"]),
                range,
                path,
                None,
            );
        }
        fits
    }

    fn element_fault(
        &mut self,
        kind: FaultKind,
        says: Vec<EtcdText>,
        id: u64,
        range: Range<'_>,
        path: &[Step],
        index: u16,
    ) {
        if matches!(kind, FaultKind::ElementOutOfBounds { .. }) {
            self.lose(id, range);
        }
        self.tell(kind, id, says, range, path, Some(index));
    }

    fn unreadable(&mut self, id: u64, error: &std::io::Error, range: Range<'_>, path: &[Step]) {
        let kind = FaultKind::Unreadable {
            error: error.to_string(),
        };
        self.tell(kind, id, EtcdText::beyond_file(), range, path, None);
        self.lose(id, range);
    }

    fn lose(&mut self, page: u64, range: Range<'_>) {
        if self.mode == Mode::Verify && self.lost.len() < MAX_LOST {
            self.lost.push(Lost {
                bucket: self.bucket.clone(),
                page,
                from: range.from.map(Box::from),
                to: range.to.map(Box::from),
            });
        }
    }

    fn tell(
        &mut self,
        kind: FaultKind,
        page: u64,
        says: Vec<EtcdText>,
        range: Range<'_>,
        path: &[Step],
        element: Option<u16>,
    ) {
        if self.mode != Mode::Verify {
            return;
        }
        let mut order = vec![self.bucket_order];
        order.extend(path.iter().skip(self.above).map(|step| step.element));
        order.extend(element.map(u32::from));
        let place = place(&self.bucket, path, range.from, range.to);
        let fault = Fault::new(kind, Some(page), self.ground.offset(page));
        self.faults.push(fault.at(place, order).says(says));
    }
}
