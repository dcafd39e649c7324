// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use prost::Message as _;
use serde::Serialize;
use thiserror::Error;

use super::directory::segments_in;
use super::frame::{Frame, frame_at};
use super::record::{Metadata, RecordKind};
use crate::db::source::{FileSource, Source};
use crate::db::window::Window;
use crate::error::{Explain, Kind};

/// Whose log a WAL is: every segment begins with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WalIdentity {
    /// The member's id.
    #[serde(serialize_with = "crate::db::report::hex_id")]
    pub member_id: u64,
    /// The cluster's id.
    #[serde(serialize_with = "crate::db::report::hex_id")]
    pub cluster_id: u64,
}

/// Why a WAL does not tell whose it is.
#[derive(Debug, Error)]
pub enum WalIdentityError {
    /// No segment in the directory.
    #[error("no WAL segment in \"{}\"", dir.display())]
    NoSegment {
        /// The directory.
        dir: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot read \"{}\"", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// The bytes do not begin as a segment does.
    #[error("the bytes do not begin as a WAL segment does")]
    NotASegment,
}

impl Explain for WalIdentityError {
    fn kind(&self) -> Kind {
        Kind::Unknown
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoSegment { dir } | Self::Io { path: dir, .. } => {
                Some(format!("look at it with `ls -l {}`", dir.display()))
            }
            Self::NotASegment => None,
        }
    }
}

/// Reads member id and cluster id from the newest segment in `dir`.
///
/// # Errors
/// When there is no readable segment.
pub fn wal_identity(dir: &Path) -> Result<WalIdentity, WalIdentityError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| WalIdentityError::Io { path, source }
    };
    let segments = segments_in(dir).map_err(io(dir))?;
    let newest = segments.last();
    let newest = newest.ok_or_else(|| WalIdentityError::NoSegment {
        dir: dir.to_owned(),
    })?;
    let path = dir.join(&newest.name);
    let file = FileSource::open(&path).map_err(io(&path))?;
    identity_in(&file).ok_or(WalIdentityError::NotASegment)
}

/// Reads member id and cluster id from the first bytes of a segment (a few hundred are enough).
///
/// # Errors
/// When they are not those of a segment.
pub fn wal_identity_of(segment: &[u8]) -> Result<WalIdentity, WalIdentityError> {
    identity_in(segment).ok_or(WalIdentityError::NotASegment)
}

fn identity_in<S: Source + ?Sized>(source: &S) -> Option<WalIdentity> {
    let mut window = Window::new(source);
    let mut offset = 0;
    // A checksum comes first, then the metadata.
    for _ in 0..4 {
        let Frame::Record(record, next) = frame_at(&mut window, offset) else {
            return None;
        };
        if record.known_kind()? == RecordKind::Metadata {
            return parse_metadata(record.data());
        }
        offset = next;
    }
    None
}

pub(crate) fn parse_metadata(data: &[u8]) -> Option<WalIdentity> {
    let metadata = Metadata::decode(data).ok()?;
    Some(WalIdentity {
        member_id: metadata.node_id,
        cluster_id: metadata.cluster_id,
    })
}
