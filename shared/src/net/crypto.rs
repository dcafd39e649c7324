// SPDX-License-Identifier: Apache-2.0
/// Makes ring the TLS provider of this process. Call it first thing in `main`; more calls do nothing.
///
/// Without it rustls cannot choose where a dependency brings a second provider, and panics.
pub fn install_crypto() {
    // The only failure is that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
