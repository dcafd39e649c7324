// SPDX-License-Identifier: Apache-2.0

//! Just enough of bbolt's format to find and change chosen places of a real file; written apart
//! from the reader under test.

use std::hash::Hasher as _;

/// A database in memory.
pub struct Db {
    pub bytes: Vec<u8>,
    pub page_bytes: usize,
    pub root: u64,
    pub high_water: u64,
    /// Offset of the newer meta page.
    meta: usize,
}

impl Db {
    pub fn open(bytes: Vec<u8>) -> Self {
        let page_bytes = u32::from_le_bytes(bytes[24..28].try_into().unwrap()) as usize;
        let mut db = Self {
            bytes,
            page_bytes,
            root: 0,
            high_water: 0,
            meta: 0,
        };
        let newer = usize::from(db.u64(page_bytes + 64) > db.u64(64));
        db.meta = newer * page_bytes;
        db.root = db.u64(db.meta + 32);
        db.high_water = db.u64(db.meta + 56);
        db
    }

    pub fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.bytes[at..at + 2].try_into().unwrap())
    }

    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.bytes[at..at + 4].try_into().unwrap())
    }

    pub fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.bytes[at..at + 8].try_into().unwrap())
    }

    pub fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub fn at(&self, page: u64) -> usize {
        page as usize * self.page_bytes
    }

    pub fn count(&self, page: u64) -> usize {
        usize::from(self.u16(self.at(page) + 10))
    }

    /// Offset of element `index` of a page.
    pub fn element(&self, page: u64, index: usize) -> usize {
        self.at(page) + 16 + 16 * index
    }

    pub fn is_branch(&self, page: u64) -> bool {
        self.u16(self.at(page) + 8) == 1
    }

    pub fn children(&self, page: u64) -> Vec<u64> {
        (0..self.count(page))
            .map(|index| self.u64(self.element(page, index) + 8))
            .collect()
    }

    /// Offset of the key of element `index` of a leaf, and its length.
    pub fn leaf_key(&self, page: u64, index: usize) -> (usize, usize) {
        let element = self.element(page, index);
        (
            element + self.u32(element + 4) as usize,
            self.u32(element + 8) as usize,
        )
    }

    /// Offset of the key of element `index` of a branch.
    pub fn branch_key(&self, page: u64, index: usize) -> usize {
        let element = self.element(page, index);
        element + self.u32(element) as usize
    }

    /// Offset of the value of the bucket `name`, and which element of the root leaf it is.
    pub fn bucket(&self, name: &str) -> (usize, usize) {
        let mut page = self.root;
        while self.is_branch(page) {
            page = self.children(page)[0];
        }
        (0..self.count(page))
            .map(|index| (self.leaf_key(page, index), index))
            .find(|((at, bytes), _)| &self.bytes[*at..at + bytes] == name.as_bytes())
            .map(|((at, bytes), index)| (at + bytes, index))
            .unwrap()
    }

    /// The root page of the bucket `key`, which must be a branch.
    pub fn key_root(&self) -> u64 {
        let root = self.u64(self.bucket("key").0);
        assert!(self.is_branch(root), "the file is too small for the test");
        root
    }

    /// The leaves of the bucket `key` in their order.
    pub fn key_leaves(&self) -> Vec<u64> {
        let mut level = vec![self.key_root()];
        while self.is_branch(level[0]) {
            level = level.iter().flat_map(|page| self.children(*page)).collect();
        }
        level
    }

    /// The branches right above the leaves.
    pub fn key_lower_branches(&self) -> Vec<u64> {
        let mut level = vec![self.key_root()];
        while self.is_branch(self.children(level[0])[0]) {
            level = level.iter().flat_map(|page| self.children(*page)).collect();
        }
        level
    }

    /// Offsets of both meta pages.
    pub fn metas(&self) -> [usize; 2] {
        [0, self.page_bytes]
    }

    pub fn newer_meta(&self) -> usize {
        self.meta
    }

    /// Makes the checksum of a meta page fit its fields again.
    pub fn seal(&mut self, meta: usize) {
        let mut hash = fnv::FnvHasher::default();
        hash.write(&self.bytes[meta + 16..meta + 72]);
        self.put(meta + 72, &hash.finish().to_le_bytes());
    }

    pub fn copy_page(&mut self, from: u64, to: u64) {
        let (from, to) = (self.at(from), self.at(to));
        self.bytes.copy_within(from..from + self.page_bytes, to);
    }

    pub fn zero_page(&mut self, page: u64) {
        let at = self.at(page);
        self.bytes[at..at + self.page_bytes].fill(0);
    }
}
