// SPDX-License-Identifier: Apache-2.0

//! Byte streams to an engine, one file per transport.

mod connector;
mod ssh;
mod stream;
mod tcp;
mod tls;
mod unix;

pub(super) use connector::{Connector, Fault};
