// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a TLS handshake with a port showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TlsObservation {
    /// The chain that the server sent, leaf first.
    pub chain: Vec<CertificateFacts>,
    /// Whether the chain verifies against the CA in use, now and for this address; the reason if not.
    pub verified: Result<(), String>,
}

/// The facts of one certificate; never a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// Subject, as RFC 4514 text.
    pub subject: String,
    /// Issuer, as RFC 4514 text.
    pub issuer: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// DNS names of the subject alternative name.
    pub dns_names: Vec<String>,
    /// IP addresses of the subject alternative name.
    pub ip_addresses: Vec<String>,
    /// Whether the extended key usage allows a server; `None` where the extension is missing.
    pub server_auth: Option<bool>,
    /// Whether the extended key usage allows a client; `None` where the extension is missing.
    pub client_auth: Option<bool>,
    /// Whether it is a CA.
    pub is_ca: bool,
    /// SHA-256 of the DER, hex.
    pub sha256: String,
}
