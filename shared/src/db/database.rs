// SPDX-License-Identifier: Apache-2.0

use super::fault::{EtcdText, Fault, FaultKind, FaultLog};
use super::layout::{Meta, MetaFault, PAGE_HEADER_BYTES, PageHeader, PageKind, detect_page_size};
use super::mvcc::HashWish;
use super::report::{DbReport, MetaPage, OlderState, Verdict};
use super::salvage::find_lost;
use super::source::Source;
use super::state::walk_state;

/// Bytes of a meta page that are looked at: page header and fields.
const META_BYTES: usize = 80;
/// What bbolt takes when no meta page tells the page size.
const USUAL_PAGE_BYTES: u32 = 4096;

/// Pages looked at to tell whether a file is a database at all.
const SNIFFED_PAGES: u64 = 64;

/// How to look at a database.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions {
    /// Which hash to compute.
    pub hash: HashWish,
    /// Threads for the pages.
    pub threads: usize,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            hash: HashWish::default(),
            threads: 2,
        }
    }
}

/// Checks the bbolt database in `source` (without a snapshot's trailer) and says everything
/// about it. Never fails: what cannot be read is a fault. `progress` is called with bytes
/// looked at since its last call.
pub fn check_source<S: Source + ?Sized>(
    source: &S,
    options: CheckOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> DbReport {
    let mut faults = FaultLog::default();
    let metas = read_metas(source);
    let meta_pages = meta_pages(&metas);
    if source.is_empty() {
        faults.push(Fault::new(FaultKind::EmptyFile, None, 0));
    } else {
        tell_metas(&metas, source.len(), &mut faults);
    }
    let mut valid: Vec<Meta> = metas.iter().filter_map(|meta| meta.ok()).collect();
    valid.sort_by_key(|meta| std::cmp::Reverse(meta.txid));
    let mut report = DbReport {
        verdict: Verdict::Unknown,
        file_bytes: source.len(),
        trailer: None,
        meta_pages,
        state: None,
        faults: Vec::new(),
        fault_counts: std::collections::BTreeMap::new(),
        lost: None,
        older_state: None,
        changed_while_read: false,
        can_be_restored_from: false,
    };
    let mut walked = None;
    if let Some(newest) = valid.first() {
        let mut walk = walk_state(source, newest, options.hash, options.threads, progress);
        let is_damaged = walk.faults.is_damaged();
        faults.merge(std::mem::take(&mut walk.faults));
        if is_damaged {
            report.lost = Some(find_lost(&walk.ground, &walk.lost));
            report.older_state = valid.get(1).map(|older| {
                let walk = walk_state(source, older, HashWish::default(), options.threads, &|_| ());
                OlderState {
                    txid: older.txid,
                    is_sound: !walk.faults.is_damaged(),
                    current_revision: walk.content().map_or(0, |held| held.current_revision),
                    consistent_index: walk.identity().consistent_index,
                }
            });
        }
        report.state = Some(walk.state.clone());
        walked = Some(walk);
    }
    report.fault_counts = faults
        .counts()
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    let mut told = faults.into_faults();
    if let Some(walk) = walked {
        walk.complete_texts(&mut told);
    }
    report.faults = told;
    report.judge();
    report
}

impl DbReport {
    /// Draws the verdict from the faults.
    pub(crate) fn judge(&mut self) {
        self.verdict = Verdict::of_worst(self.faults.iter().map(|fault| fault.severity).max());
        // Pages of two moments do not fit together, whatever is the matter with the file.
        if self.changed_while_read {
            self.verdict = Verdict::Unknown;
        }
        self.can_be_restored_from =
            matches!(self.verdict, Verdict::Sound | Verdict::Warning) && self.state.is_some();
    }
}

/// The two meta pages.
pub(crate) fn read_metas<S: Source + ?Sized>(source: &S) -> [Result<Meta, MetaFault>; 2] {
    let read = |offset| {
        let left = source
            .len()
            .checked_sub(offset)
            .filter(|&left| left >= META_BYTES as u64)?;
        let mut bytes = vec![0; META_BYTES.min(usize::try_from(left).unwrap_or(META_BYTES))];
        source.read_exact_at(offset, &mut bytes).ok()?;
        Some(bytes)
    };
    let page_bytes = detect_page_size(read).unwrap_or(USUAL_PAGE_BYTES);
    let meta = |offset| {
        read(offset).map_or(Err(MetaFault::Missing), |bytes| {
            let meta = Meta::parse(&bytes)?;
            if meta.page_size == page_bytes {
                Ok(meta)
            } else {
                Err(MetaFault::PageSize {
                    found: meta.page_size,
                })
            }
        })
    };
    [meta(0), meta(u64::from(page_bytes))]
}

fn meta_pages(metas: &[Result<Meta, MetaFault>; 2]) -> Vec<MetaPage> {
    (0u8..)
        .zip(metas)
        .map(|(page, meta)| MetaPage {
            page,
            txid: meta.ok().map(|meta| meta.txid),
            fault: meta.err(),
        })
        .collect()
}

fn tell_metas(metas: &[Result<Meta, MetaFault>; 2], file_bytes: u64, faults: &mut FaultLog) {
    let page_bytes = metas
        .iter()
        .find_map(|meta| meta.ok())
        .map_or(USUAL_PAGE_BYTES, |m| m.page_size);
    let other_is_valid = metas.iter().any(Result::is_ok);
    // bbolt reads one page before anything else, then wants two, then shows the first fault.
    let opens_with = if file_bytes < u64::from(USUAL_PAGE_BYTES) {
        "invalid database".to_owned()
    } else if file_bytes < 2 * u64::from(page_bytes) {
        "file size too small".to_owned()
    } else {
        metas
            .iter()
            .find_map(|meta| meta.err())
            .map(|why| why.to_string())
            .unwrap_or_default()
    };
    for (number, meta) in (0u8..).zip(metas) {
        let Err(why) = *meta else { continue };
        let kind = FaultKind::MetaInvalid {
            meta: number,
            why,
            other_is_valid,
        };
        let offset = u64::from(number) * u64::from(page_bytes);
        let says = if other_is_valid && file_bytes >= 2 * u64::from(page_bytes) {
            Vec::new()
        } else {
            EtcdText::both(&opens_with)
        };
        faults.push(Fault::new(kind, Some(u64::from(number)), offset).says(says));
    }
}

/// Whether the bytes are bbolt's at all, however damaged: a magic number, or a page among the
/// first that knows its own number. Files too short to tell count as bbolt's.
pub(crate) fn looks_like_bbolt<S: Source + ?Sized>(source: &S) -> bool {
    let page_bytes = u64::from(USUAL_PAGE_BYTES);
    if source.len() < page_bytes {
        return source.is_empty();
    }
    let is_meta = |meta: &Result<Meta, MetaFault>| !matches!(meta, Err(MetaFault::Magic { .. }));
    if read_metas(source).iter().any(is_meta) {
        return true;
    }
    (0..SNIFFED_PAGES.min(source.len() / page_bytes)).any(|page| {
        let mut head = [0; PAGE_HEADER_BYTES];
        source.read_exact_at(page * page_bytes, &mut head).is_ok()
            && PageHeader::parse(&head)
                .is_some_and(|header| header.id == page && header.kind() != PageKind::Unknown)
    })
}
