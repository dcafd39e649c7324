// SPDX-License-Identifier: Apache-2.0

//! bbolt's bytes as data: pages, meta pages, elements. No I/O; no byte can make it panic.

mod bytes;
mod element;
mod meta;
mod page;

pub(crate) use bytes::u64_at;
pub use element::{BranchElement, BucketHeader, LeafElement};
pub use meta::{Meta, MetaFault, NO_FREELIST, detect_page_size};
pub use page::{PAGE_HEADER_BYTES, PageHeader, PageKind, type_text};
