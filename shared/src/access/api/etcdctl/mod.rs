// SPDX-License-Identifier: Apache-2.0

//! etcd through the etcdctl of its own pods: for images without a shell, from which no certificate
//! comes out. The words and the reading of its JSON are pure.

mod asker;
mod failure;
mod json;
mod words;

pub use asker::{PodAsker, Told};
pub use failure::failure;
pub use json::{parse_alarms, parse_hash_kv, parse_member_list, parse_read, parse_status};
pub use words::Etcdctl;
