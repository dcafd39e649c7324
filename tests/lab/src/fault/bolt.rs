// SPDX-License-Identifier: Apache-2.0

//! Just enough of bbolt's file format to damage a database in a chosen place.
//! Layout: etcd-io/bbolt `internal/common` (page.go, meta.go, bucket.go).

use std::ops::Range;

use crate::error::{LabError, Result};

const PAGE_HEADER: usize = 16;
const META_MAGIC: u32 = 0xED0C_DAED;
const FLAG_BRANCH: u16 = 1;
const FLAG_LEAF: u16 = 2;
const ELEMENT: usize = 16;

/// A database in memory.
pub(super) struct Bolt<'a> {
    bytes: &'a mut Vec<u8>,
    page_size: usize,
    root: u64,
    high_water: u64,
}

impl<'a> Bolt<'a> {
    /// Reads the newer of the two metas.
    pub(super) fn open(bytes: &'a mut Vec<u8>) -> Result<Self> {
        let page_size = usize::try_from(u32_at(bytes, PAGE_HEADER + 8)?).unwrap_or_default();
        let mut newest: Option<(u64, u64, u64)> = None;
        for page in 0..2 {
            let meta = page * page_size + PAGE_HEADER;
            if u32_at(bytes, meta)? != META_MAGIC {
                return Err(broken("no meta page"));
            }
            let txid = u64_at(bytes, meta + 48)?;
            if newest.is_none_or(|(known, ..)| txid > known) {
                newest = Some((txid, u64_at(bytes, meta + 16)?, u64_at(bytes, meta + 40)?));
            }
        }
        let (_, root, high_water) = newest.ok_or_else(|| broken("no meta page"))?;
        Ok(Self {
            bytes,
            page_size,
            root,
            high_water,
        })
    }

    /// The first page id that is out of bounds.
    pub(super) fn high_water(&self) -> u64 {
        self.high_water
    }

    /// Where a page lies in the file.
    pub(super) fn page(&self, id: u64) -> Range<usize> {
        let start = usize::try_from(id)
            .unwrap_or(usize::MAX)
            .saturating_mul(self.page_size);
        start..start.saturating_add(self.page_size)
    }

    /// The root page of a top-level bucket.
    pub(super) fn bucket(&self, name: &[u8]) -> Result<u64> {
        let mut found = None;
        self.leaves(self.root, &mut |bolt, element| {
            let (key, value) = bolt.pair(element)?;
            if bolt.bytes.get(key) == Some(name) {
                found = Some(u64_at(bolt.bytes, value.start)?);
            }
            Ok(())
        })?;
        found
            .filter(|root| *root != 0)
            .ok_or_else(|| broken("no such bucket"))
    }

    /// Where the page ids in a branch page stand in the file.
    pub(super) fn branch_ids(&self, page: u64) -> Result<Vec<usize>> {
        let at = self.page(page).start;
        if self.flags(at)? & FLAG_BRANCH == 0 {
            return Err(broken("the bucket is too small to have a branch page"));
        }
        Ok((0..self.count(at)?)
            .map(|i| at + PAGE_HEADER + i * ELEMENT + 8)
            .collect())
    }

    /// The page id that stands at a place given by [`Self::branch_ids`].
    pub(super) fn id_at(&self, at: usize) -> Result<u64> {
        u64_at(self.bytes, at)
    }

    /// Writes a page id to a place given by [`Self::branch_ids`].
    pub(super) fn set_id(&mut self, at: usize, id: u64) -> Result<()> {
        self.bytes
            .get_mut(at..at + 8)
            .ok_or_else(|| broken("a page ends early"))?
            .copy_from_slice(&id.to_le_bytes());
        Ok(())
    }

    /// All values below a page, as places in the file.
    pub(super) fn values(&self, page: u64) -> Result<Vec<Range<usize>>> {
        let mut found = Vec::new();
        self.leaves(page, &mut |bolt, element| {
            found.push(bolt.pair(element)?.1);
            Ok(())
        })?;
        Ok(found)
    }

    /// The file's bytes.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        self.bytes
    }

    fn leaves(&self, page: u64, visit: &mut dyn FnMut(&Self, usize) -> Result<()>) -> Result<()> {
        let at = self.page(page).start;
        let flags = self.flags(at)?;
        for i in 0..self.count(at)? {
            let element = at + PAGE_HEADER + i * ELEMENT;
            if flags & FLAG_LEAF != 0 {
                visit(self, element)?;
            } else if flags & FLAG_BRANCH != 0 {
                self.leaves(u64_at(self.bytes, element + 8)?, visit)?;
            }
        }
        Ok(())
    }

    /// Key and value of a leaf element: flags u32, pos u32, ksize u32, vsize u32.
    fn pair(&self, element: usize) -> Result<(Range<usize>, Range<usize>)> {
        let part = |offset| Ok::<_, LabError>(u32_at(self.bytes, element + offset)? as usize);
        let key = element + part(4)?;
        let value = key + part(8)?;
        Ok((key..value, value..value + part(12)?))
    }

    fn flags(&self, page_at: usize) -> Result<u16> {
        u16_at(self.bytes, page_at + 8)
    }

    fn count(&self, page_at: usize) -> Result<usize> {
        Ok(usize::from(u16_at(self.bytes, page_at + 10)?))
    }
}

fn broken(what: &str) -> LabError {
    LabError::value(format!(
        "the database is not what this fault expects: {what}"
    ))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    bytes
        .get(at..at + N)
        .and_then(|slice| slice.try_into().ok())
        .ok_or_else(|| broken("the file ends early"))
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}
