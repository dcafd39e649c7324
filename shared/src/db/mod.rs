// SPDX-License-Identifier: Apache-2.0

//! Reads etcd's files offline: the bbolt database or snapshot, the WAL, the raft snapshots.
//!
//! Everything here is read-only, bounded in memory, and takes any bytes: what is wrong becomes a
//! fault with a place, never a panic. `docs/db.md` says what is checked and what it means.

mod check;
mod database;
mod error;
mod fault;
mod file;
mod filefault;
mod files;
mod identity;
mod layout;
mod mvcc;
mod raftsnap;
mod report;
mod salvage;
mod snapshot;
mod source;
mod state;
mod wal;
mod window;

pub use database::{CheckOptions, check_source};
pub use error::DbError;
pub use fault::{BboltAge, EtcdText, Fault, FaultKind, Place, Severity, Step};
pub use file::check_file;
pub use filefault::{FileFault, FileFaultKind};
pub use files::{InspectOptions, inspect, inspect_bytes};
pub use identity::{Alarm, AlarmKind, ConfState, Identity, Member};
pub use layout::{Meta, MetaFault};
pub use mvcc::{HashKv, HashOutcome, HashWish, KeyContent, PrefixUse, Resource};
pub use raftsnap::RaftSnapshot;
pub use report::{
    BucketUse, DbReport, FilesKind, FilesReport, HeldState, LostData, LostResource, MetaPage,
    OlderState, SCHEMA, Sizes, Trailer, Verdict, render, render_json,
};
pub use snapshot::{SnapshotError, SnapshotSum, SnapshotVerifier};
pub use source::{FileSource, Source};
pub use wal::{
    EntryPosition, HardState, SegmentReport, WalIdentity, WalIdentityError, WalReport, check_wal,
    segment_name, wal_identity, wal_identity_of,
};
