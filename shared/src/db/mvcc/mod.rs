// SPDX-License-Identifier: Apache-2.0

//! What the bucket `key` holds: revisions, keys, Kubernetes resources, and the hash over them.

mod content;
mod hash;
mod latest;
mod prefix;
mod record;
mod revision;

pub use content::KeyContent;
pub(crate) use content::{Compaction, scan_keys};
pub use hash::{HashKv, HashOutcome, HashWish};
pub(crate) use prefix::resource_of;
pub use prefix::{PrefixUse, Resource};
pub use record::KeyValue;
pub use revision::Revision;
