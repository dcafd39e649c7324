// SPDX-License-Identifier: Apache-2.0

//! The write-ahead log: segments of framed, checksummed records.

mod chain;
mod directory;
mod frame;
mod identity;
mod record;
mod report;

pub(crate) use chain::Chain;
pub use directory::{check_wal, segment_name};
pub use identity::{WalIdentity, WalIdentityError, wal_identity, wal_identity_of};
pub(crate) use record::ConfStateMessage;
pub use report::{EntryPosition, HardState, SegmentReport, WalReport};
