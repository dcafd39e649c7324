// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::bytes::{u32_at, u64_at};
use super::page::PAGE_HEADER_BYTES;

const BUCKET_FLAG: u32 = 1;

/// One child of a branch page: `u32 pos, u32 ksize, u64 pgid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchElement {
    /// Where the key begins, in bytes from the start of the page.
    pub key_at: u64,
    /// Bytes of the key.
    pub key_bytes: u32,
    /// The child page.
    pub child: u64,
}

/// One key of a leaf page: `u32 flags, u32 pos, u32 ksize, u32 vsize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafElement {
    /// Whether the value is a bucket.
    pub is_bucket: bool,
    /// Where the key begins, in bytes from the start of the page; the value follows it.
    pub key_at: u64,
    /// Bytes of the key.
    pub key_bytes: u32,
    /// Bytes of the value.
    pub value_bytes: u32,
}

/// The value of a bucket: `u64 root, u64 sequence`; with root 0 the page itself follows inline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BucketHeader {
    /// The root page, 0 for an inline bucket.
    pub root: u64,
    /// A counter etcd does not use.
    pub sequence: u64,
}

impl BranchElement {
    /// Bytes of one element.
    pub const BYTES: usize = 16;

    /// Reads element `index` of the branch page at the start of `page`.
    pub fn parse(page: &[u8], index: u16) -> Option<Self> {
        let at = PAGE_HEADER_BYTES + usize::from(index) * Self::BYTES;
        Some(Self {
            key_at: at as u64 + u64::from(u32_at(page, at)?),
            key_bytes: u32_at(page, at + 4)?,
            child: u64_at(page, at + 8)?,
        })
    }

    /// The key, `None` when it does not lie within the page.
    pub fn key(self, page: &[u8]) -> Option<&[u8]> {
        slice(page, self.key_at, self.key_bytes)
    }
}

impl LeafElement {
    /// Bytes of one element.
    pub const BYTES: usize = 16;

    /// Reads element `index` of the leaf page at the start of `page`.
    pub fn parse(page: &[u8], index: u16) -> Option<Self> {
        let at = PAGE_HEADER_BYTES + usize::from(index) * Self::BYTES;
        let element = page.get(at..at + Self::BYTES)?;
        Some(Self {
            is_bucket: u32_at(element, 0)? & BUCKET_FLAG != 0,
            key_at: at as u64 + u64::from(u32_at(element, 4)?),
            key_bytes: u32_at(element, 8)?,
            value_bytes: u32_at(element, 12)?,
        })
    }

    /// Where the value begins, in bytes from the start of the page.
    pub fn value_at(self) -> u64 {
        self.key_at + u64::from(self.key_bytes)
    }

    /// Where the value ends, in bytes from the start of the page.
    pub fn end(self) -> u64 {
        self.value_at() + u64::from(self.value_bytes)
    }

    /// The key, `None` when it does not lie within the page.
    pub fn key(self, page: &[u8]) -> Option<&[u8]> {
        slice(page, self.key_at, self.key_bytes)
    }

    /// The value, `None` when it does not lie within the page.
    pub fn value(self, page: &[u8]) -> Option<&[u8]> {
        slice(page, self.value_at(), self.value_bytes)
    }
}

impl BucketHeader {
    /// Bytes before an inline page.
    pub const BYTES: usize = 16;

    /// Reads the header at the start of a bucket's value.
    pub fn parse(value: &[u8]) -> Option<Self> {
        Some(Self {
            root: u64_at(value, 0)?,
            sequence: u64_at(value, 8)?,
        })
    }
}

fn slice(page: &[u8], at: u64, bytes: u32) -> Option<&[u8]> {
    let from = usize::try_from(at).ok()?;
    page.get(from..from.checked_add(usize::try_from(bytes).ok()?)?)
}
