// SPDX-License-Identifier: Apache-2.0

use super::bitmap::Bitmap;
use super::ground::Ground;
use crate::db::fault::{EtcdText, Fault, FaultKind, FaultLog};
use crate::db::layout::{PAGE_HEADER_BYTES, PageHeader, PageKind, type_text, u64_at};
use crate::db::source::Source;
use crate::db::window::Window;

/// The count that says the true one stands in the first entry.
const COUNT_FOLLOWS: u16 = 0xFFFF;
/// Entries read at once.
const BATCH: u64 = 8192;

/// Checks a stored free list against the pages in use; etcd does not store one on Linux.
/// Gives back how many pages it holds.
pub(crate) fn check_freelist<S: Source + ?Sized>(
    ground: &Ground<'_, S>,
    faults: &mut FaultLog,
) -> Option<u64> {
    let page = ground.freelist?;
    let offset = ground.offset(page);
    let mut broken = |why: String, says| {
        let fault = Fault::new(FaultKind::FreelistBroken { why }, Some(page), offset);
        faults.push(fault.says(says));
        None
    };
    let mut window = Window::new(ground.source);
    if page < 2 || page >= ground.high_water.min(ground.file_pages) {
        return broken(
            "its page lies outside the file".to_owned(),
            EtcdText::beyond_file(),
        );
    }
    let header = match window
        .read(offset, PAGE_HEADER_BYTES)
        .map(PageHeader::parse)
    {
        Ok(Some(header)) => header,
        Ok(None) => return None,
        Err(error) => return broken(error.to_string(), EtcdText::beyond_file()),
    };
    if header.kind() != PageKind::Freelist {
        let kind = type_text(header.flags);
        let text = format!("invalid freelist page: {}, page type is {kind}", header.id);
        return broken(format!("its page is of type {kind}"), EtcdText::both(&text));
    }
    let pages = u64::from(header.overflow) + 1;
    let room = pages
        .saturating_mul(ground.page_bytes)
        .saturating_sub(PAGE_HEADER_BYTES as u64);
    let (first, count) = if header.count == COUNT_FOLLOWS {
        let counted = window.read(offset + PAGE_HEADER_BYTES as u64, 8).ok();
        (
            1,
            counted
                .and_then(|bytes| u64_at(bytes, 0))
                .unwrap_or(u64::MAX),
        )
    } else {
        (0, u64::from(header.count))
    };
    let in_file = page + pages <= ground.file_pages.min(ground.high_water);
    if !in_file || count.saturating_add(first) > room / 8 {
        return broken(
            format!("it announces {count} pages, more than fit"),
            Vec::new(),
        );
    }
    for own in page..page + pages {
        if !ground.visited.set(own) {
            let kind = FaultKind::MultipleReferences { cycle: false };
            faults.push(Fault::new(kind, Some(own), ground.offset(own)));
        }
    }
    let freed = Bitmap::new(ground.high_water.min(ground.file_pages));
    let mut at = offset + PAGE_HEADER_BYTES as u64 + first * 8;
    let mut left = count;
    while left > 0 {
        let batch = left.min(BATCH);
        let Ok(bytes) = window.read(at, usize::try_from(batch * 8).unwrap_or(0)) else {
            break;
        };
        for entry in bytes.chunks_exact(8) {
            let id = u64_at(entry, 0).unwrap_or(0);
            let fault = if id < 2 || id >= ground.high_water {
                Some(FaultKind::FreelistBroken {
                    why: format!("it holds page {id}"),
                })
            } else if ground.visited.get(id) {
                Some(FaultKind::ReachableFreed)
            } else if id < ground.file_pages && !freed.set(id) {
                Some(FaultKind::DoubleFreed)
            } else {
                None
            };
            if let Some(kind) = fault {
                faults.push(Fault::new(kind, Some(id), ground.offset(id)));
            }
        }
        at += batch * 8;
        left -= batch;
    }
    let used = ground.visited.count() + freed.count() + 2;
    let leaked = ground
        .high_water
        .min(ground.file_pages)
        .saturating_sub(used);
    if leaked > 0 {
        faults.push(Fault::new(FaultKind::Leaked { pages: leaked }, None, 0));
    }
    Some(count)
}
