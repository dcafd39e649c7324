// SPDX-License-Identifier: Apache-2.0

use super::ground::Ground;
use crate::db::fault::{EtcdText, FaultKind, dies};
use crate::db::layout::{PAGE_HEADER_BYTES, PageHeader, PageKind};
use crate::db::source::Source;
use crate::db::window::Window;

/// A page that may be read on: header sound, in bounds, nobody else's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) header: PageHeader,
    pub(crate) offset: u64,
    /// Bytes of the page with its overflow pages.
    pub(crate) bytes: u64,
}

/// A fault of one page, not yet placed in the tree.
#[derive(Debug)]
pub(crate) struct PageFault {
    pub(crate) kind: FaultKind,
    pub(crate) page: u64,
    pub(crate) says: Vec<EtcdText>,
}

/// Follows the reference to page `id`. The page comes back opened unless its head is broken;
/// faults that leave the content readable come beside it. `stack` are the pages above it in
/// its bucket, itself included.
pub(crate) fn claim<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    window: &mut Window<'_, S>,
    id: u64,
    stack: &[u64],
    faults: &mut Vec<PageFault>,
) -> Option<Opened> {
    let mut fail = |kind, says| {
        faults.push(PageFault {
            kind,
            page: id,
            says,
        });
        None
    };
    let offset = ground.offset(id);
    if id >= ground.high_water || id >= ground.file_pages {
        let beyond = id >= ground.file_pages;
        let says = if beyond {
            beyond_file(ground, id)
        } else {
            header(window, offset)
                .map(|h| dies::of_header(id, h, ground.high_water, ground.visited.get(h.id), stack))
                .unwrap_or_default()
        };
        return if id >= ground.high_water {
            fail(
                FaultKind::AboveHighWater {
                    high_water: ground.high_water,
                },
                says,
            )
        } else {
            fail(
                FaultKind::BeyondFile {
                    file_pages: ground.file_pages,
                },
                says,
            )
        };
    }
    // The whole page at once: it will be wanted in a moment.
    let page_bytes = usize::try_from(ground.page_bytes).unwrap_or(PAGE_HEADER_BYTES);
    let head = match window.read(offset, page_bytes) {
        Ok(bytes) => PageHeader::parse(bytes),
        Err(error) => {
            ground.visited.set(id);
            let kind = FaultKind::Unreadable {
                error: error.to_string(),
            };
            return fail(kind, EtcdText::beyond_file());
        }
    };
    let head = head?;
    let says = || {
        dies::of_header(
            id,
            head,
            ground.high_water,
            head.id != id && ground.visited.get(head.id),
            stack,
        )
    };
    if ground.is_reserved(id) {
        return fail(FaultKind::ReservedPage, says());
    }
    if !ground.visited.set(id) {
        let above = stack
            .get(..stack.len().saturating_sub(1))
            .unwrap_or_default();
        let cycle = above.contains(&id);
        return fail(
            FaultKind::MultipleReferences { cycle },
            dies::multiple_references(id, stack),
        );
    }
    if head.id != id {
        let zeroed = window
            .read(offset, page_bytes)
            .is_ok_and(|page| page.iter().all(|&byte| byte == 0));
        let kind = if zeroed {
            FaultKind::ZeroedPage
        } else {
            FaultKind::WrongPageId { found: head.id }
        };
        return fail(kind, says());
    }
    if !matches!(head.kind(), PageKind::Branch | PageKind::Leaf) {
        return fail(FaultKind::WrongPageType { flags: head.flags }, says());
    }
    let pages = u64::from(head.overflow) + 1;
    let end = id + pages;
    if end > ground.high_water || end > ground.file_pages {
        // bbolt claims the pages without looking where they are, and stops at the first that is
        // another's, now or when it gets there.
        let taken = (id + 1..end.min(ground.file_pages)).find(|&page| ground.visited.get(page));
        let says = taken.map_or_else(
            || EtcdText::both("multiple references"),
            |page| dies::multiple_references(page, stack),
        );
        let kind = FaultKind::OverflowOutOfBounds {
            overflow: head.overflow,
            high_water: ground.high_water,
        };
        return fail(kind, says);
    }
    for page in id + 1..end {
        if ground.is_reserved(page) || !ground.visited.set(page) {
            faults.push(PageFault {
                kind: FaultKind::MultipleReferences { cycle: false },
                page,
                says: dies::multiple_references(page, stack),
            });
        }
    }
    Some(Opened {
        header: head,
        offset,
        bytes: pages * ground.page_bytes,
    })
}

/// The page again, on a walk that has found it sound before.
pub(crate) fn reopen<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    window: &mut Window<'_, S>,
    id: u64,
) -> Option<Opened> {
    let offset = ground.offset(id);
    let page_bytes = usize::try_from(ground.page_bytes).ok()?;
    let head = PageHeader::parse(window.read(offset, page_bytes).ok()?)?;
    let pages = u64::from(head.overflow) + 1;
    let fits = head.id == id
        && matches!(head.kind(), PageKind::Branch | PageKind::Leaf)
        && id.checked_add(pages)? <= ground.file_pages.min(ground.high_water);
    fits.then_some(Opened {
        header: head,
        offset,
        bytes: pages * ground.page_bytes,
    })
}

fn header<S: Source + ?Sized>(window: &mut Window<'_, S>, offset: u64) -> Option<PageHeader> {
    PageHeader::parse(window.read(offset, PAGE_HEADER_BYTES).ok()?)
}

/// What etcd says about a page past the end of the file. Of the page the file ends within, the
/// memory map shows the missing part as zeros, so it goes on with those.
fn beyond_file<S: Source + ?Sized>(ground: &Ground<'_, S>, id: u64) -> Vec<EtcdText> {
    if id == ground.file_pages && ground.source.len() > ground.offset(id) {
        EtcdText::any_of(&[
            "unexpected fault address",
            "than previous element",
            "zero-length inode key",
            "out of range",
        ])
    } else {
        EtcdText::far_page(id, ground.page_bytes)
    }
}
