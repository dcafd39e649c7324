// SPDX-License-Identifier: Apache-2.0

//! Writes small bbolt files, sound unless told otherwise. In tests only.

use std::hash::Hasher as _;

pub const PAGE_BYTES: usize = 4096;
const BRANCH: u16 = 1;
const LEAF: u16 = 2;

/// Keys and values of one bucket, in key order.
pub type Records = Vec<(Vec<u8>, Vec<u8>)>;

/// A file being written, page by page.
#[derive(Default)]
pub struct Writer {
    pages: Vec<u8>,
}

/// A database with these buckets, given in the order of their names.
pub fn database(buckets: &[(&str, Records)]) -> Vec<u8> {
    let mut writer = Writer {
        pages: vec![0; 2 * PAGE_BYTES],
    };
    let roots: Records = buckets
        .iter()
        .map(|(name, records)| {
            let root = writer.tree(records, 0);
            let mut value = root.to_le_bytes().to_vec();
            value.extend(0u64.to_le_bytes());
            (name.as_bytes().to_vec(), value)
        })
        .collect();
    let root = writer.tree(&roots, 1);
    writer.finish(root)
}

/// A database as etcd would hold it: `key` with these records, and `meta`.
pub fn etcd_database(records: Records) -> Vec<u8> {
    let meta = vec![(b"consistent_index".to_vec(), 7u64.to_be_bytes().to_vec())];
    database(&[("key", records), ("meta", meta)])
}

/// The key of a revision.
pub fn revision(main: i64, sub: i64, is_deletion: bool) -> Vec<u8> {
    let mut key = main.to_be_bytes().to_vec();
    key.push(b'_');
    key.extend(sub.to_be_bytes());
    if is_deletion {
        key.push(b't');
    }
    key
}

/// A record as etcd encodes it.
pub fn key_value(key: &[u8], mod_revision: i64, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (tag, field) in [(10, key), (42, value)] {
        if tag == 42 {
            for (tag, number) in [(16, 1), (24, mod_revision as u64), (32, 1)] {
                bytes.push(tag);
                varint(&mut bytes, number);
            }
        }
        bytes.push(tag);
        varint(&mut bytes, field.len() as u64);
        bytes.extend(field);
    }
    bytes
}

fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Makes the checksum of both meta pages fit their fields.
pub fn seal(bytes: &mut [u8]) {
    for meta in [0, PAGE_BYTES] {
        if let Some(page) = bytes.get_mut(meta..meta + 80) {
            let mut hash = fnv::FnvHasher::default();
            hash.write(&page[16..72]);
            page[72..80].copy_from_slice(&hash.finish().to_le_bytes());
        }
    }
}

impl Writer {
    /// Writes a tree and gives back its root page.
    fn tree(&mut self, records: &Records, flags: u32) -> u64 {
        let mut level: Records = Vec::new();
        let mut leaf: Vec<&(Vec<u8>, Vec<u8>)> = Vec::new();
        let mut bytes = 16;
        for record in records {
            let more = 16 + record.0.len() + record.1.len();
            if !leaf.is_empty() && bytes + more > PAGE_BYTES {
                level.push(self.leaf(&leaf, flags));
                leaf.clear();
                bytes = 16;
            }
            bytes += more;
            leaf.push(record);
        }
        if !leaf.is_empty() || level.is_empty() {
            level.push(self.leaf(&leaf, flags));
        }
        while level.len() > 1 {
            // Few children each, so that small files are deep.
            level = level
                .chunks(5)
                .map(|children| self.branch(children))
                .collect();
        }
        u64::from_le_bytes(level[0].1[..8].try_into().unwrap())
    }

    fn leaf(&mut self, records: &[&(Vec<u8>, Vec<u8>)], flags: u32) -> (Vec<u8>, Vec<u8>) {
        let mut table = Vec::new();
        let mut data: Vec<u8> = Vec::new();
        for (index, (key, value)) in records.iter().enumerate() {
            let at = (records.len() - index) * 16 + data.len();
            for field in [flags, at as u32, key.len() as u32, value.len() as u32] {
                table.extend(field.to_le_bytes());
            }
            data.extend(key);
            data.extend(value);
        }
        table.extend(data);
        let id = self.page(LEAF, records.len(), &table);
        let first = records
            .first()
            .map(|(key, _)| key.clone())
            .unwrap_or_default();
        (first, id.to_le_bytes().to_vec())
    }

    fn branch(&mut self, children: &[(Vec<u8>, Vec<u8>)]) -> (Vec<u8>, Vec<u8>) {
        let mut table = Vec::new();
        let mut data: Vec<u8> = Vec::new();
        for (index, (key, child)) in children.iter().enumerate() {
            let at = (children.len() - index) * 16 + data.len();
            table.extend((at as u32).to_le_bytes());
            table.extend((key.len() as u32).to_le_bytes());
            table.extend(child);
            data.extend(key);
        }
        table.extend(data);
        let id = self.page(BRANCH, children.len(), &table);
        (children[0].0.clone(), id.to_le_bytes().to_vec())
    }

    fn page(&mut self, flags: u16, count: usize, content: &[u8]) -> u64 {
        let id = (self.pages.len() / PAGE_BYTES) as u64;
        let pages = (16 + content.len()).div_ceil(PAGE_BYTES);
        self.pages.extend(id.to_le_bytes());
        self.pages.extend(flags.to_le_bytes());
        self.pages.extend((count as u16).to_le_bytes());
        self.pages.extend((pages as u32 - 1).to_le_bytes());
        self.pages.extend(content);
        self.pages.resize((id as usize + pages) * PAGE_BYTES, 0);
        id
    }

    fn finish(mut self, root: u64) -> Vec<u8> {
        let high_water = (self.pages.len() / PAGE_BYTES) as u64;
        for number in 0..2u64 {
            let mut meta = number.to_le_bytes().to_vec();
            meta.extend(4u16.to_le_bytes());
            meta.extend([0; 6]);
            for field in [0xED0C_DAEDu32, 2, PAGE_BYTES as u32, 0] {
                meta.extend(field.to_le_bytes());
            }
            for field in [root, 0, u64::MAX, high_water, 10 + number, 0] {
                meta.extend(field.to_le_bytes());
            }
            let at = number as usize * PAGE_BYTES;
            self.pages[at..at + meta.len()].copy_from_slice(&meta);
        }
        seal(&mut self.pages);
        self.pages
    }
}
