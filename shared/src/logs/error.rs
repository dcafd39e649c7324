// SPDX-License-Identifier: Apache-2.0

use std::io;

use thiserror::Error;

use crate::error::{Explain, Kind};

/// Why a saved log could not be diagnosed.
#[derive(Debug, Error)]
pub enum LogError {
    /// Reading failed half-way.
    #[error("the log cannot be read")]
    Read(#[source] io::Error),
    /// There was nothing to read.
    #[error("the log is empty")]
    Empty,
    /// The bytes are not text; `what` says what they look like.
    #[error("this is not a text log but {what}")]
    NotText {
        /// What the first bytes look like, with article.
        what: &'static str,
        /// How to get text from it, as one sentence.
        remedy: &'static str,
    },
    /// Text, but no line of it is written in a format of etcd.
    #[error("none of the {lines} lines looks like one of etcd's log")]
    NotALog {
        /// Lines read.
        lines: u64,
    },
}

impl Explain for LogError {
    fn kind(&self) -> Kind {
        Kind::Unknown
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read(_) => "check the file and try again".to_owned(),
            Self::Empty => "save one with `docker logs etcd > etcd.log 2>&1`: etcd writes its log \
                            to stderr"
                .to_owned(),
            Self::NotText { remedy, .. } => (*remedy).to_owned(),
            Self::NotALog { .. } => "give the log of an etcd member, such as the output of \
                                     `docker logs etcd`, `kubectl logs` or `journalctl -u etcd`"
                .to_owned(),
        })
    }
}
