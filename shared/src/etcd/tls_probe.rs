// SPDX-License-Identifier: Apache-2.0

use std::sync::{Arc, Mutex};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use super::certificate::certificate_facts;
use super::dial::Dialer;
use super::{Endpoint, EtcdError};
use crate::model::TlsObservation;

/// Makes a TLS handshake and reports the chain that the server shows and whether it verifies.
///
/// The handshake goes through whatever the verifier thinks, so that an expired or foreign
/// certificate can be described; not one byte of data is sent over it.
pub async fn probe(
    dialer: &Dialer,
    verifier: Arc<dyn ServerCertVerifier>,
    endpoint: &Endpoint,
) -> Result<TlsObservation, EtcdError> {
    let seen = Arc::new(Seen {
        verifier,
        chain: Mutex::default(),
    });
    let mut config = ClientConfig::clone(dialer.tls());
    config
        .dangerous()
        .set_certificate_verifier(Arc::clone(&seen) as Arc<dyn ServerCertVerifier>);
    let outcome = dialer
        .with_tls(Arc::new(config))
        .stream(endpoint, false)
        .await;
    let taken = seen.chain.lock().ok().and_then(|mut chain| chain.take());
    match (taken, outcome) {
        (Some((chain, verified)), _) => Ok(TlsObservation {
            chain: chain
                .iter()
                .filter_map(|der| certificate_facts(der).ok())
                .collect(),
            verified,
        }),
        (None, Err(error)) => Err(error),
        (None, Ok(_)) => Err(EtcdError::Tls {
            endpoint: endpoint.to_string(),
            why: "the server showed no certificate".to_owned(),
        }),
    }
}

type SeenChain = (Vec<CertificateDer<'static>>, Result<(), String>);

/// Remembers the chain and the true verifier's word, and lets the handshake go on.
#[derive(Debug)]
struct Seen {
    verifier: Arc<dyn ServerCertVerifier>,
    chain: Mutex<Option<SeenChain>>,
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self
            .verifier
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|_| ())
            .map_err(|error| match EtcdError::from_tls("", &error) {
                EtcdError::ServerCertificate { why, .. } => why,
                _ => error.to_string(),
            });
        let chain = std::iter::once(end_entity).chain(intermediates);
        if let Ok(mut slot) = self.chain.lock() {
            *slot = Some((chain.map(|der| der.clone().into_owned()).collect(), verdict));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
