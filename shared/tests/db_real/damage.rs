// SPDX-License-Identifier: Apache-2.0

//! Ways to break a database, each one thing at one place.

use crate::pages::Db;

/// One kind of damage: what must be found, and at which page.
pub struct Damage {
    pub name: &'static str,
    /// The fault's name in the report.
    pub finds: &'static str,
    /// Breaks the file; tells the page the fault must name, if it is about one.
    pub apply: fn(&mut Db) -> Option<u64>,
}

macro_rules! damages {
    ($($name:literal => $finds:literal, $apply:expr;)*) => {
        &[$(Damage { name: $name, finds: $finds, apply: $apply }),*]
    };
}

/// All of them.
pub const DAMAGES: &[Damage] = damages! {
    "newest meta: checksum" => "meta_invalid", |db| {
        let at = db.newer_meta() + 72;
        db.bytes[at] ^= 1;
        Some((db.newer_meta() / db.page_bytes) as u64)
    };
    "both metas: magic" => "meta_invalid", |db| in_both(db, 16);
    "both metas: version" => "meta_invalid", |db| in_both(db, 20);
    "both metas: checksum" => "meta_invalid", |db| in_both(db, 72);
    "cut below two pages" => "truncated", |db| {
        db.bytes.truncate(6000);
        None
    };
    "cut below one page" => "meta_invalid", |db| {
        db.bytes.truncate(700);
        Some(1)
    };
    "no bytes left" => "empty_file", |db| {
        db.bytes.clear();
        None
    };
    "cut in half" => "truncated", |db| {
        let half = db.high_water as usize / 2 * db.page_bytes;
        db.bytes.truncate(half);
        None
    };
    "cut within the last page" => "beyond_file", |db| {
        let leaves = db.key_leaves();
        let last = leaves.into_iter().chain([db.root, db.key_root()]).max().unwrap();
        let end = db.at(last) + 100;
        db.bytes.truncate(end);
        Some(last)
    };
    "root of the file past the mark" => "above_high_water", |db| {
        for meta in db.metas() {
            let mark = db.high_water + 5;
            db.put(meta + 32, &mark.to_le_bytes());
            db.seal(meta);
        }
        Some(db.high_water + 5)
    };
    "zeroed leaf" => "zeroed_page", |db| {
        let page = middle_leaf(db);
        db.zero_page(page);
        Some(page)
    };
    "zeroed branch" => "zeroed_page", |db| {
        let page = middle_branch(db);
        db.zero_page(page);
        Some(page)
    };
    "zeroed root of the bucket key" => "zeroed_page", |db| {
        let page = db.key_root();
        db.zero_page(page);
        Some(page)
    };
    "page says it is past the mark" => "wrong_page_id", |db| {
        let page = middle_leaf(db);
        let (at, id) = (db.at(page), db.high_water + 7000);
        db.put(at, &id.to_le_bytes());
        Some(page)
    };
    "page says it is another in use" => "wrong_page_id", |db| {
        let (page, other) = (middle_leaf(db), db.key_leaves()[0]);
        let at = db.at(page);
        db.put(at, &other.to_le_bytes());
        Some(page)
    };
    "another page written over it" => "wrong_page_id", |db| {
        let (page, other) = (middle_leaf(db), *db.key_leaves().last().unwrap());
        db.copy_page(other, page);
        Some(page)
    };
    "foreign bytes" => "wrong_page_id", |db| {
        let page = middle_leaf(db);
        let at = db.at(page);
        let text = b"GET / HTTP/1.1\r\nHost: example.com\r\n";
        for chunk in 0..db.page_bytes / text.len() {
            db.put(at + chunk * text.len(), text);
        }
        Some(page)
    };
    "type: none" => "wrong_page_type", |db| with_type(db, 0);
    "type: free list" => "wrong_page_type", |db| with_type(db, 0x10);
    "type: meta" => "wrong_page_type", |db| with_type(db, 4);
    "type: branch and leaf at once" => "wrong_page_type", |db| with_type(db, 3);
    "leaf with two parents" => "multiple_references", |db| {
        let (branch, first) = (middle_branch(db), db.key_leaves()[0]);
        let at = db.element(branch, 1) + 8;
        db.put(at, &first.to_le_bytes());
        Some(first)
    };
    "branch that is its own ancestor" => "multiple_references", |db| {
        let (branch, root) = (middle_branch(db), db.key_root());
        let at = db.element(branch, 1) + 8;
        db.put(at, &root.to_le_bytes());
        Some(root)
    };
    "child far outside" => "above_high_water", |db| {
        let branch = middle_branch(db);
        let at = db.element(branch, 1) + 8;
        db.put(at, &(1u64 << 40).to_le_bytes());
        Some(1 << 40)
    };
    "child just past the mark" => "above_high_water", |db| {
        let branch = middle_branch(db);
        let (at, id) = (db.element(branch, 1) + 8, db.high_water);
        db.put(at, &id.to_le_bytes());
        Some(id)
    };
    "child is a meta page" => "reserved_page", |db| {
        let branch = middle_branch(db);
        let at = db.element(branch, 1) + 8;
        db.put(at, &0u64.to_le_bytes());
        Some(0)
    };
    "overflow past the mark" => "overflow_out_of_bounds", |db| {
        let page = middle_leaf(db);
        let (at, pages) = (db.at(page) + 12, db.high_water as u32);
        db.put(at, &pages.to_le_bytes());
        Some(page)
    };
    "overflow over the next page" => "multiple_references", |db| {
        let leaves = db.key_leaves();
        // A page whose successor in the file is in use too.
        let page = *leaves.iter().find(|page| leaves.contains(&(*page + 1))).unwrap();
        let at = db.at(page) + 12;
        db.put(at, &1u32.to_le_bytes());
        Some(page + 1)
    };
    "more elements than fit" => "elements_out_of_page", |db| {
        let page = middle_leaf(db);
        let at = db.at(page) + 10;
        db.put(at, &60_000u16.to_le_bytes());
        Some(page)
    };
    "key outside its page" => "element_out_of_bounds", |db| {
        let page = middle_leaf(db);
        let at = db.element(page, 1) + 4;
        db.put(at, &0x7000_0000u32.to_le_bytes());
        Some(page)
    };
    "value outside its page" => "element_out_of_bounds", |db| {
        let page = middle_leaf(db);
        let at = db.element(page, 1) + 12;
        db.put(at, &0x7000_0000u32.to_le_bytes());
        Some(page)
    };
    "two keys swapped" => "key_order", |db| {
        let page = middle_leaf(db);
        let (first, _) = db.leaf_key(page, 1);
        let (second, _) = db.leaf_key(page, 2);
        let (a, b) = (db.bytes[first..first + 17].to_vec(), db.bytes[second..second + 17].to_vec());
        db.put(first, &b);
        db.put(second, &a);
        Some(page)
    };
    "a key twice" => "duplicate_key", |db| {
        let page = middle_leaf(db);
        let (first, _) = db.leaf_key(page, 1);
        let (second, _) = db.leaf_key(page, 2);
        let key = db.bytes[first..first + 17].to_vec();
        db.put(second, &key);
        Some(page)
    };
    "a key below its page's range" => "key_out_of_range", |db| {
        let page = middle_leaf(db);
        let (first, _) = db.leaf_key(page, 0);
        db.put(first, &[0; 8]);
        Some(page)
    };
    "a key above its page's range" => "key_out_of_range", |db| {
        let page = middle_leaf(db);
        let (last, _) = db.leaf_key(page, db.count(page) - 1);
        db.put(last, &[0x7f; 8]);
        Some(page)
    };
    "a branch key out of order" => "key_order", |db| {
        let branch = middle_branch(db);
        let at = db.branch_key(branch, 2);
        db.put(at, &[0; 8]);
        Some(branch)
    };
    "branch without children" => "empty_branch", |db| {
        let branch = middle_branch(db);
        let at = db.at(branch) + 10;
        db.put(at, &0u16.to_le_bytes());
        Some(branch)
    };
    "bucket too short" => "bucket_too_short", |db| {
        let (_, index) = db.bucket("key");
        let at = db.element(db.root, index) + 12;
        db.put(at, &7u32.to_le_bytes());
        Some(db.root)
    };
    "inline bucket of no type" => "inline_bucket_broken", |db| {
        let (value, _) = db.bucket("members_removed");
        db.put(value + 16 + 8, &0x40u16.to_le_bytes());
        Some(db.root)
    };
    "a plain key among the buckets" => "not_a_bucket", |db| {
        let (_, index) = db.bucket("lease");
        let at = db.element(db.root, index);
        db.put(at, &0u32.to_le_bytes());
        Some(db.root)
    };
    "a record marked as a bucket" => "nested_bucket", |db| {
        let page = middle_leaf(db);
        let at = db.element(page, 1);
        db.put(at, &1u32.to_le_bytes());
        None
    };
    "the bucket key renamed" => "bucket_missing", |db| {
        let (value, _) = db.bucket("key");
        db.put(value - 3, b"kez");
        None
    };
    "a key that is no revision" => "not_a_revision", |db| {
        let page = middle_leaf(db);
        let (key, _) = db.leaf_key(page, 1);
        db.bytes[key + 8] = b'-';
        Some(page)
    };
    "a record that cannot be decoded" => "not_a_key_value", |db| {
        let page = middle_leaf(db);
        let (key, bytes) = db.leaf_key(page, 1);
        db.put(key + bytes, &[0xff; 12]);
        Some(page)
    };
    "a record of another revision" => "record_revision", |db| {
        let page = middle_leaf(db);
        let (from, _) = db.leaf_key(page, 1);
        // The record keeps its place in the order; only what it says of itself is wrong.
        let old = db.bytes[from + 9..from + 17].to_vec();
        assert_ne!(old, [0; 8], "the test wants a record inside a large transaction");
        let value = from + 17;
        let key_bytes = usize::from(db.bytes[value + 1]);
        let mod_revision = value + 2 + key_bytes + 3;
        db.bytes[mod_revision] ^= 1;
        Some(page)
    };
    "consistent index of a wrong size" => "bad_meta_value", |db| {
        let (value, _) = db.bucket("meta");
        // The first key of the inline page of `meta` is `consistent_index` (3.4) or `confState`.
        let page = value + 16;
        let count = usize::from(db.u16(page + 10));
        let element = (0..count)
            .map(|index| page + 16 + 16 * index)
            .find(|element| {
                let key = element + db.u32(element + 4) as usize;
                db.bytes[key..].starts_with(b"consistent_index")
            })
            .unwrap();
        db.put(element + 12, &3u32.to_le_bytes());
        Some(db.root)
    };
    "free list page is none" => "freelist_broken", |db| {
        let page = middle_leaf(db);
        for meta in db.metas() {
            db.put(meta + 48, &page.to_le_bytes());
            db.seal(meta);
        }
        Some(page)
    };
};

fn in_both(db: &mut Db, field: usize) -> Option<u64> {
    for meta in db.metas() {
        db.bytes[meta + field] ^= 0x55;
    }
    Some(0)
}

fn with_type(db: &mut Db, flags: u16) -> Option<u64> {
    let page = middle_leaf(db);
    let at = db.at(page) + 8;
    db.put(at, &flags.to_le_bytes());
    Some(page)
}

fn middle_leaf(db: &Db) -> u64 {
    let leaves = db.key_leaves();
    leaves[leaves.len() / 2]
}

/// A branch that is not the root and has children enough.
fn middle_branch(db: &Db) -> u64 {
    let branches = db.key_lower_branches();
    let branch = branches[branches.len() / 2];
    assert_ne!(branch, db.key_root(), "the file is too small for the test");
    branch
}
