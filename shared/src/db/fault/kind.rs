// SPDX-License-Identifier: Apache-2.0

use serde::Serialize;

use super::log::Severity;
use crate::db::layout::{MetaFault, type_text};

/// One kind of damage with the numbers that tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The file has no bytes; etcd would begin an empty database in it.
    EmptyFile,
    /// A meta page is not valid.
    MetaInvalid {
        /// 0 or 1.
        meta: u8,
        /// Why.
        why: MetaFault,
        /// Whether the other one is valid, so that the file opens.
        other_is_valid: bool,
    },
    /// The file is shorter than the high-water mark says.
    Truncated {
        /// Bytes there are.
        file_bytes: u64,
        /// Bytes there should be.
        expected_bytes: u64,
    },
    /// The whole page is zero.
    ZeroedPage,
    /// The page says it is another one.
    WrongPageId {
        /// What it says.
        found: u64,
    },
    /// The type is neither branch nor leaf.
    WrongPageType {
        /// The type bits.
        flags: u16,
    },
    /// A reference at or past the high-water mark.
    AboveHighWater {
        /// The mark.
        high_water: u64,
    },
    /// A reference past the end of the file.
    BeyondFile {
        /// Pages the file has.
        file_pages: u64,
    },
    /// A reference to a meta page or the free list.
    ReservedPage,
    /// The page is reached a second time: by two parents, or because it is its own ancestor.
    MultipleReferences {
        /// Whether the second way comes from below itself.
        cycle: bool,
    },
    /// The pages it claims to continue in go past the high-water mark or the end of the file.
    OverflowOutOfBounds {
        /// Further pages claimed.
        overflow: u32,
        /// The mark.
        high_water: u64,
    },
    /// More elements are announced than fit.
    ElementsOutOfPage {
        /// Elements announced.
        count: u16,
        /// Elements that fit.
        fits: u16,
    },
    /// A key or value does not lie within the page.
    ElementOutOfBounds {
        /// The element.
        index: u16,
        /// Where it would end, in bytes from the start of the page.
        end: u64,
        /// Bytes of the page with its overflow.
        page_bytes: u64,
    },
    /// A key is smaller than the one before it.
    KeyOrder {
        /// The element.
        index: u16,
    },
    /// A key is the same as the one before it.
    DuplicateKey {
        /// The element.
        index: u16,
    },
    /// A key lies outside what the parent says this page holds.
    KeyOutOfRange {
        /// The element.
        index: u16,
        /// Whether it is too small for the page, else it is too large.
        is_below: bool,
    },
    /// A branch page without children.
    EmptyBranch,
    /// The tree is deeper than any real one.
    TooDeep,
    /// A bucket's value is too short to be one.
    BucketTooShort {
        /// Bytes it has.
        bytes: u64,
    },
    /// An inline bucket whose page is broken.
    InlineBucketBroken {
        /// What is wrong.
        why: String,
    },
    /// A key beside the buckets that is none.
    NotABucket,
    /// A bucket inside a bucket, which etcd never makes.
    NestedBucket {
        /// Its name as shown.
        name: String,
    },
    /// More buckets than any etcd has.
    TooManyBuckets,
    /// The operating system could not read it.
    Unreadable {
        /// What it said.
        error: String,
    },
    /// The stored free list is broken.
    FreelistBroken {
        /// What is wrong.
        why: String,
    },
    /// A page in use stands in the stored free list.
    ReachableFreed,
    /// A page stands twice in the stored free list.
    DoubleFreed,
    /// Stands in no tree and not in the stored free list.
    Leaked {
        /// How many such pages.
        pages: u64,
    },
    /// A key of the bucket `key` is not a revision.
    NotARevision {
        /// Bytes of the key.
        bytes: u64,
    },
    /// A value of the bucket `key` is not a key-value record.
    NotAKeyValue,
    /// A record says it is of another revision than its key.
    RecordRevision {
        /// What the record says.
        found: i64,
        /// What the key says.
        expected: i64,
    },
    /// One of etcd's own numbers in the bucket `meta` has the wrong size.
    BadMetaValue {
        /// Its name.
        name: String,
        /// Bytes it has.
        bytes: u64,
    },
    /// A bucket without which the file is no etcd database.
    BucketMissing {
        /// Its name.
        name: String,
    },
    /// The sha256 at the end of the snapshot is that of other bytes.
    SnapshotHash {
        /// What stands there.
        stored: String,
        /// What the bytes give.
        computed: String,
    },
}

impl FaultKind {
    /// How bad it is for the file as a whole.
    pub fn severity(&self) -> Severity {
        match self {
            Self::MetaInvalid {
                other_is_valid: true,
                ..
            } => Severity::Warning,
            Self::Leaked { .. } => Severity::Note,
            _ => Severity::Damage,
        }
    }

    /// Its stable name, as in the JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty_file",
            Self::MetaInvalid { .. } => "meta_invalid",
            Self::Truncated { .. } => "truncated",
            Self::ZeroedPage => "zeroed_page",
            Self::WrongPageId { .. } => "wrong_page_id",
            Self::WrongPageType { .. } => "wrong_page_type",
            Self::AboveHighWater { .. } => "above_high_water",
            Self::BeyondFile { .. } => "beyond_file",
            Self::ReservedPage => "reserved_page",
            Self::MultipleReferences { .. } => "multiple_references",
            Self::OverflowOutOfBounds { .. } => "overflow_out_of_bounds",
            Self::ElementsOutOfPage { .. } => "elements_out_of_page",
            Self::ElementOutOfBounds { .. } => "element_out_of_bounds",
            Self::KeyOrder { .. } => "key_order",
            Self::DuplicateKey { .. } => "duplicate_key",
            Self::KeyOutOfRange { .. } => "key_out_of_range",
            Self::EmptyBranch => "empty_branch",
            Self::TooDeep => "too_deep",
            Self::BucketTooShort { .. } => "bucket_too_short",
            Self::InlineBucketBroken { .. } => "inline_bucket_broken",
            Self::NotABucket => "not_a_bucket",
            Self::NestedBucket { .. } => "nested_bucket",
            Self::TooManyBuckets => "too_many_buckets",
            Self::Unreadable { .. } => "unreadable",
            Self::FreelistBroken { .. } => "freelist_broken",
            Self::ReachableFreed => "reachable_freed",
            Self::DoubleFreed => "double_freed",
            Self::Leaked { .. } => "leaked",
            Self::NotARevision { .. } => "not_a_revision",
            Self::NotAKeyValue => "not_a_key_value",
            Self::RecordRevision { .. } => "record_revision",
            Self::BadMetaValue { .. } => "bad_meta_value",
            Self::BucketMissing { .. } => "bucket_missing",
            Self::SnapshotHash { .. } => "snapshot_hash",
        }
    }

    /// One sentence without the place.
    pub fn words(&self) -> String {
        match self {
            Self::EmptyFile => {
                "the file is empty: an etcd started on it would begin without any data".to_owned()
            }
            Self::MetaInvalid {
                meta,
                why,
                other_is_valid,
            } => {
                let rest = if *other_is_valid {
                    "the other one is used"
                } else {
                    "neither is"
                };
                format!("meta page {meta} is not valid ({why}); {rest}")
            }
            Self::Truncated {
                file_bytes,
                expected_bytes,
            } => {
                format!("the file is cut short: {file_bytes} bytes of the {expected_bytes} in use")
            }
            Self::ZeroedPage => "the page is all zeros: its write was lost".to_owned(),
            Self::WrongPageId { found } => {
                format!("the page says it is page {found}: another page was written over it")
            }
            Self::WrongPageType { flags } => format!(
                "the page is neither branch nor leaf but {} (type bits 0x{flags:02x})",
                type_text(*flags)
            ),
            Self::AboveHighWater { high_water } => {
                format!(
                    "a reference past the high-water mark (pages below {high_water} are in use)"
                )
            }
            Self::BeyondFile { file_pages } => {
                format!("a reference past the end of the file, which has {file_pages} pages")
            }
            Self::ReservedPage => {
                "a reference to a page that holds a meta page or the free list".to_owned()
            }
            Self::MultipleReferences { cycle: true } => {
                "the page is its own ancestor: the tree runs in a circle".to_owned()
            }
            Self::MultipleReferences { cycle: false } => {
                "the page is referenced more than once".to_owned()
            }
            Self::OverflowOutOfBounds {
                overflow,
                high_water,
            } => format!(
                "the page claims {overflow} further pages, past the high-water mark {high_water} \
                 or the end of the file"
            ),
            Self::ElementsOutOfPage { count, fits } => {
                format!("the page announces {count} elements, only {fits} fit")
            }
            Self::ElementOutOfBounds {
                index,
                end,
                page_bytes,
            } => format!("element {index} would end at byte {end} of a page of {page_bytes} bytes"),
            Self::KeyOrder { index } => {
                format!("the key of element {index} is smaller than the one before it")
            }
            Self::DuplicateKey { index } => {
                format!("the key of element {index} is the same as the one before it")
            }
            Self::KeyOutOfRange { index, .. } => format!(
                "the key of element {index} lies outside the range its parent gives this page"
            ),
            Self::EmptyBranch => "a branch page without children".to_owned(),
            Self::TooDeep => "the tree is deeper than any real one".to_owned(),
            Self::BucketTooShort { bytes } => {
                format!("a bucket of {bytes} bytes, too short for its header of 16")
            }
            Self::InlineBucketBroken { why } => format!("the inline bucket is broken: {why}"),
            Self::NotABucket => "a plain key stands among the buckets".to_owned(),
            Self::NestedBucket { name } => {
                format!("\"{name}\" is marked as a bucket inside a bucket; etcd has none")
            }
            Self::TooManyBuckets => "more buckets than any etcd has".to_owned(),
            Self::Unreadable { error } => format!("the page cannot be read: {error}"),
            Self::FreelistBroken { why } => format!("the stored free list is broken: {why}"),
            Self::ReachableFreed => {
                "the page is in use but stands in the free list: the next write may overwrite it"
                    .to_owned()
            }
            Self::DoubleFreed => "the page stands twice in the free list".to_owned(),
            Self::Leaked { pages } => format!(
                "{pages} pages stand neither in a tree nor in the stored free list: lost space only"
            ),
            Self::NotARevision { bytes } => {
                format!("a key of {bytes} bytes in the bucket \"key\" is not a revision")
            }
            Self::NotAKeyValue => {
                "a value in the bucket \"key\" cannot be decoded as a key-value record".to_owned()
            }
            Self::RecordRevision { found, expected } => {
                format!("the record at revision {expected} says it is of revision {found}")
            }
            Self::BadMetaValue { name, bytes } => {
                format!("\"{name}\" in the bucket \"meta\" has {bytes} bytes")
            }
            Self::BucketMissing { name } => format!("the bucket \"{name}\" is missing"),
            Self::SnapshotHash { .. } => {
                "the sha256 at the end of the snapshot does not fit its bytes".to_owned()
            }
        }
    }
}
