// SPDX-License-Identifier: Apache-2.0

use std::hash::Hasher as _;

use serde::Serialize;
use thiserror::Error;

use super::bytes::{u32_at, u64_at};
use super::element::BucketHeader;
use super::page::PAGE_HEADER_BYTES;

/// What stands for "the free list is not stored": etcd always writes this on Linux.
pub const NO_FREELIST: u64 = u64::MAX;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
const CHECKED_BYTES: usize = 56;

/// One of the two heads of the file (pages 0 and 1); each commit writes the one
/// `txid % 2` points to, so the other still tells the state before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Bytes of a page.
    pub page_size: u32,
    /// The bucket of all buckets.
    pub root: BucketHeader,
    /// The page of the free list, [`NO_FREELIST`] when it is not stored.
    pub freelist: u64,
    /// The high-water mark: no page at or past this number is in use.
    pub high_water: u64,
    /// The transaction that wrote this head.
    pub txid: u64,
}

/// Why a meta page is not valid; the display is bbolt's own error text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetaFault {
    /// The magic number is not bbolt's.
    #[error("invalid database")]
    Magic {
        /// What stands there.
        found: u32,
    },
    /// A format version other than 2.
    #[error("version mismatch")]
    Version {
        /// What stands there.
        found: u32,
    },
    /// The FNV-1a checksum over the fields does not fit.
    #[error("checksum error")]
    Checksum {
        /// What stands there.
        stored: u64,
        /// What the bytes give.
        computed: u64,
    },
    /// The checksum fits but the page size is not a power of two from 512 to 65536.
    #[error("invalid database")]
    PageSize {
        /// What stands there.
        found: u32,
    },
    /// The file ends before or within this page.
    #[error("file size too small")]
    Missing,
}

impl Meta {
    /// Reads and validates the meta page at the start of `page` (its page header included).
    pub fn parse(page: &[u8]) -> Result<Self, MetaFault> {
        let body = page.get(PAGE_HEADER_BYTES..).ok_or(MetaFault::Missing)?;
        let word = |at| u32_at(body, at).ok_or(MetaFault::Missing);
        let long = |at| u64_at(body, at).ok_or(MetaFault::Missing);
        let stored = long(CHECKED_BYTES)?;
        let checked = body.get(..CHECKED_BYTES).ok_or(MetaFault::Missing)?;
        let found = word(0)?;
        if found != MAGIC {
            return Err(MetaFault::Magic { found });
        }
        let found = word(4)?;
        if found != VERSION {
            return Err(MetaFault::Version { found });
        }
        let mut fnv = fnv::FnvHasher::default();
        fnv.write(checked);
        let computed = fnv.finish();
        if stored != computed {
            return Err(MetaFault::Checksum { stored, computed });
        }
        let page_size = word(8)?;
        if !page_size.is_power_of_two() || !(512..=65536).contains(&page_size) {
            return Err(MetaFault::PageSize { found: page_size });
        }
        Ok(Self {
            page_size,
            root: BucketHeader {
                root: long(16)?,
                sequence: long(24)?,
            },
            freelist: long(32)?,
            high_water: long(40)?,
            txid: long(48)?,
        })
    }
}

/// The page size by the first valid meta page: page 0, else page 1 at each possible offset.
/// `read` gives up to 80 bytes at an offset.
pub fn detect_page_size(mut read: impl FnMut(u64) -> Option<Vec<u8>>) -> Option<u32> {
    if let Some(Ok(meta)) = read(0).map(|bytes| Meta::parse(&bytes)) {
        return Some(meta.page_size);
    }
    (9..=16).map(|shift| 1u32 << shift).find(|&size| {
        read(u64::from(size))
            .and_then(|bytes| Meta::parse(&bytes).ok())
            .is_some_and(|meta| meta.page_size == size)
    })
}
