// SPDX-License-Identifier: Apache-2.0

use super::bitmap::Bitmap;
use crate::db::fault::{Place, Step};
use crate::db::layout::{Meta, NO_FREELIST};
use crate::db::mvcc::Revision;
use crate::db::source::Source;

/// What every part of a walk needs to know about the file.
pub(crate) struct Ground<'a, S: ?Sized> {
    pub(crate) source: &'a S,
    pub(crate) page_bytes: u64,
    pub(crate) high_water: u64,
    /// Whole pages the file has.
    pub(crate) file_pages: u64,
    /// The page of the stored free list, if there is one.
    pub(crate) freelist: Option<u64>,
    pub(crate) visited: Bitmap,
    /// Called with the bytes looked at since the last call.
    pub(crate) progress: &'a (dyn Fn(u64) + Sync),
}

/// A range of keys of a bucket that cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) bucket: String,
    /// The page at the head of what is lost.
    pub(crate) page: u64,
    pub(crate) from: Option<Box<[u8]>>,
    pub(crate) to: Option<Box<[u8]>>,
}

impl<'a, S: Source + ?Sized> Ground<'a, S> {
    pub(crate) fn new(source: &'a S, meta: &Meta, progress: &'a (dyn Fn(u64) + Sync)) -> Self {
        let page_bytes = u64::from(meta.page_size);
        let file_pages = source.len() / page_bytes;
        Self {
            source,
            page_bytes,
            high_water: meta.high_water,
            file_pages,
            freelist: (meta.freelist != NO_FREELIST).then_some(meta.freelist),
            visited: Bitmap::new(meta.high_water.min(file_pages)),
            progress,
        }
    }

    pub(crate) fn offset(&self, page: u64) -> u64 {
        page.saturating_mul(self.page_bytes)
    }

    pub(crate) fn is_reserved(&self, page: u64) -> bool {
        page < 2 || self.freelist == Some(page)
    }
}

/// The place of a page as a report shows it.
pub(crate) fn place(bucket: &str, path: &[Step], from: Option<&[u8]>, to: Option<&[u8]>) -> Place {
    Place {
        bucket: (!bucket.is_empty()).then(|| bucket.to_owned()),
        path: path.to_vec(),
        from_key: from.map(|key| show_key(bucket, key)),
        to_key: to.map(|key| show_key(bucket, key)),
    }
}

/// A key as it is shown: revisions of the bucket `key` as numbers, text as text, else hex.
pub(crate) fn show_key(bucket: &str, key: &[u8]) -> String {
    if bucket == "key"
        && let Some(revision) = Revision::parse(key)
    {
        return revision.to_string();
    }
    match std::str::from_utf8(key) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| !c.is_control()) => text.to_owned(),
        _ => {
            let mut hex = String::from("0x");
            for byte in key.iter().take(64) {
                hex.push_str(&format!("{byte:02x}"));
            }
            hex
        }
    }
}
