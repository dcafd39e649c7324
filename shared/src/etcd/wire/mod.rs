// SPDX-License-Identifier: Apache-2.0

//! The messages of etcd's gRPC API that this project uses, with the field numbers of
//! etcd's api/etcdserverpb/rpc.proto and api/mvccpb/kv.proto (unchanged since 3.0; fields of later
//! versions are simply absent from older servers' answers).

mod cluster;
mod header;
mod kv;
mod lease;
mod maintenance;

pub use cluster::*;
pub use header::*;
pub use kv::*;
pub use lease::*;
pub use maintenance::*;
