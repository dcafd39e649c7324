// SPDX-License-Identifier: Apache-2.0

//! The common parts of everything that opens a socket.

mod crypto;
mod error;
mod tls;

pub use crypto::install_crypto;
pub use error::TlsError;
pub use tls::{Pem, TlsMaterial, client_config, server_verifier};
