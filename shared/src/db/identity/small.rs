// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use crate::db::check::Sink;
use crate::db::fault::FaultKind;

/// Records kept of a small bucket; etcd's have some dozens.
const MAX_RECORDS: usize = 1000;
/// Bytes kept of them.
const MAX_BYTES: usize = 1024 * 1024;

/// The records of one of etcd's small buckets.
pub(crate) type SmallBucket = BTreeMap<Vec<u8>, Vec<u8>>;

/// Keeps the records of a small bucket, in bounded memory, and can check them.
#[derive(Debug, Default)]
pub(crate) struct SmallSink {
    pub(crate) records: SmallBucket,
    bytes: usize,
    is_meta: bool,
}

impl SmallSink {
    /// A sink for the bucket `name`.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            is_meta: name == "meta",
            ..Self::default()
        }
    }
}

impl Sink for SmallSink {
    fn record(&mut self, key: &[u8], head: &[u8], value_bytes: u64) -> Option<FaultKind> {
        let bytes = key.len() + head.len();
        let is_whole = head.len() as u64 == value_bytes;
        if is_whole && self.records.len() < MAX_RECORDS && self.bytes + bytes <= MAX_BYTES {
            self.bytes += bytes;
            self.records.insert(key.to_vec(), head.to_vec());
        }
        let expected = match key {
            b"consistent_index" | b"term" => 8,
            b"finishedCompactRev" | b"scheduledCompactRev" => 17,
            _ => value_bytes,
        };
        (self.is_meta && expected != value_bytes).then(|| FaultKind::BadMetaValue {
            name: String::from_utf8_lossy(key).into_owned(),
            bytes: value_bytes,
        })
    }
}
