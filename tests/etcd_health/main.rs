// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-health` end to end, on the lab: real engines, real etcd, a real API server.

mod access;
mod bad_input;
mod completion;
mod faults;
mod files;
mod incident;
mod local;
mod output;
mod plain;
mod support;
