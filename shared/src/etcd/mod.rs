// SPDX-License-Identifier: Apache-2.0

//! etcd's own API: gRPC over tonic with hand-declared messages, and its HTTP pages.
//!
//! Own messages instead of a generated client: no `protoc` at build time, the member list can be
//! asked linearizably, each member is dialled by itself, and every failure keeps its type.

mod certificate;
mod client;
mod dial;
mod endpoint;
mod error;
mod http;
mod metrics;
mod snapshot;
mod tls_probe;
mod watched;
pub mod wire;

pub use certificate::certificate_facts;
pub use client::EtcdClient;
pub use dial::{Connection, Dialer, Stream, StreamFactory};
pub use endpoint::Endpoint;
pub use error::EtcdError;
pub use http::{HttpPage, get as http_get};
pub use metrics::parse as parse_metrics;
pub use snapshot::SnapshotStream;
pub use tls_probe::probe as tls_probe;
