// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::TlsError;

/// A PEM text and where it came from. `Debug` shows only the origin: the text may be a private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// A file name, or another description for error texts.
    pub origin: String,
    /// The PEM text.
    pub text: Vec<u8>,
}

impl Pem {
    /// Reads the file at `path`; `role` (`CA`, `certificate`, `key`) is for the error's text.
    pub fn load(role: &'static str, path: &Path) -> Result<Self, TlsError> {
        let text = std::fs::read(path).map_err(|error| TlsError::Unreadable {
            role,
            path: path.display().to_string(),
            why: error.to_string(),
        })?;
        Ok(Self {
            origin: path.display().to_string(),
            text,
        })
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pem")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// What a TLS client is made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsMaterial {
    /// The CAs to trust; without one the system's.
    pub ca: Option<Pem>,
    /// The client's certificate (with `key`).
    pub cert: Option<Pem>,
    /// The client's private key.
    pub key: Option<Pem>,
    /// Accept any certificate of the server. Only where the user asked for it.
    pub insecure: bool,
}

/// A rustls client configuration (ring, TLS 1.2 and 1.3) from `material`.
pub fn client_config(material: &TlsMaterial) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let verifier = server_verifier(material)?;
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match (&material.cert, &material.key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), None) => Err(TlsError::Half {
            have: "certificate",
            origin: cert.origin.clone(),
            lacks: "key",
        }),
        (None, Some(key)) => Err(TlsError::Half {
            have: "key",
            origin: key.origin.clone(),
            lacks: "certificate",
        }),
        (Some(cert), Some(key)) => {
            let chain = certificates("certificate", cert)?;
            builder
                .with_client_auth_cert(chain, private_key(key)?)
                .map_err(|error| match error {
                    rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
                        cert: cert.origin.clone(),
                        key: key.origin.clone(),
                    },
                    other => unusable(other),
                })
        }
    }
}

/// The verifier of the server's certificate that `material` asks for.
pub fn server_verifier(material: &TlsMaterial) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    Ok(match (&material.ca, material.insecure) {
        (_, true) => Arc::new(AcceptAny { provider }),
        (Some(ca), false) => {
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ca)?), provider)
                .build()
                .map_err(|error| TlsError::Unusable {
                    why: error.to_string(),
                })?
        }
        (None, false) => {
            Arc::new(rustls_platform_verifier::Verifier::new(provider).map_err(unusable)?)
        }
    })
}

fn unusable(error: rustls::Error) -> TlsError {
    TlsError::Unusable {
        why: error.to_string(),
    }
}

fn roots(ca: &Pem) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates("CA certificate", ca)? {
        store.add(certificate).map_err(|error| TlsError::Invalid {
            role: "CA certificate",
            origin: ca.origin.clone(),
            why: error.to_string(),
        })?;
    }
    Ok(store)
}

fn certificates(role: &'static str, pem: &Pem) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let list = CertificateDer::pem_slice_iter(&pem.text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsError::Invalid {
            role,
            origin: pem.origin.clone(),
            why: error.to_string(),
        })?;
    if list.is_empty() {
        return Err(TlsError::Empty {
            role,
            origin: pem.origin.clone(),
        });
    }
    Ok(list)
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>, TlsError> {
    use rustls::pki_types::pem::Error;
    PrivateKeyDer::from_pem_slice(&pem.text).map_err(|error| match error {
        Error::NoItemsFound => TlsError::Empty {
            role: "private key",
            origin: pem.origin.clone(),
        },
        // The parser's own text could quote a line of the key.
        _ => TlsError::Invalid {
            role: "private key",
            origin: pem.origin.clone(),
            why: "broken PEM".to_owned(),
        },
    })
}

/// Trusts whatever the server shows, but still checks that it owns the key.
#[derive(Debug)]
struct AcceptAny {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
