// SPDX-License-Identifier: Apache-2.0

use crate::error::{Explain, Kind};

/// TLS files that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A PEM file cannot be read.
    #[error("cannot read the {role} file \"{path}\": {why}")]
    Unreadable {
        /// `CA`, `certificate` or `key`.
        role: &'static str,
        /// The file.
        path: String,
        /// The system's reason.
        why: String,
    },
    /// The text holds no PEM block of the kind that is needed.
    #[error("\"{origin}\" holds no {role} in PEM form")]
    Empty {
        /// `CA certificate`, `certificate` or `private key`.
        role: &'static str,
        /// A file, or where else the text came from.
        origin: String,
    },
    /// A PEM block is broken.
    #[error("\"{origin}\" is not a valid {role}: {why}")]
    Invalid {
        /// `CA certificate`, `certificate` or `private key`.
        role: &'static str,
        /// A file, or where else the text came from.
        origin: String,
        /// What is wrong; never any of the key itself.
        why: String,
    },
    /// A certificate without its key, or the other way round.
    #[error("the client {have} \"{origin}\" is given without its {lacks}")]
    Half {
        /// `certificate` or `key`.
        have: &'static str,
        /// Where it came from.
        origin: String,
        /// `certificate` or `key`.
        lacks: &'static str,
    },
    /// Certificate and key are of different pairs.
    #[error("the client certificate \"{cert}\" and the key \"{key}\" do not belong together")]
    Mismatch {
        /// The certificate's origin.
        cert: String,
        /// The key's origin.
        key: String,
    },
    /// Anything else rustls says about the material.
    #[error("the TLS settings cannot be used: {why}")]
    Unusable {
        /// What rustls says.
        why: String,
    },
}

impl Explain for TlsError {
    fn kind(&self) -> Kind {
        Kind::Usage
    }
}
