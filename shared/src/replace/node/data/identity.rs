// SPDX-License-Identifier: Apache-2.0

//! Who a write-ahead log says that it is: the metadata record at the beginning of each segment.
//!
//! A frame is 8 bytes little endian (low 56 bits: length of the record, top byte: padding) and a
//! `walpb.Record`; the metadata record (type 1) holds `etcdserverpb.Metadata`
//! (server/storage/wal/encoder.go, decoder.go; server/etcdserver/raft.go).

use prost::Message as _;

use crate::model::{ClusterId, MemberId};
use crate::replace::world::WalIdentity;

#[derive(Clone, PartialEq, prost::Message)]
struct Record {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(uint32, tag = "2")]
    crc: u32,
    #[prost(bytes = "vec", tag = "3")]
    data: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Metadata {
    #[prost(uint64, tag = "1")]
    node_id: u64,
    #[prost(uint64, tag = "2")]
    cluster_id: u64,
}

/// Reads the identity from the first bytes of a segment; `None` where they hold no metadata.
pub fn parse(mut bytes: &[u8]) -> Option<WalIdentity> {
    // CRC, metadata, perhaps a snapshot: it is among the first records or damaged.
    for _ in 0..8 {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let field = u64::from_le_bytes(*head);
        let length = usize::try_from(field & ((1 << 56) - 1)).ok()?;
        // The top bit says that padding was written, the three low bits of that byte how much.
        let padding = if field >> 63 == 1 {
            usize::try_from(field >> 56 & 7).ok()?
        } else {
            0
        };
        let record = Record::decode(rest.get(..length)?).ok()?;
        if record.kind == 1 {
            let metadata = Metadata::decode(record.data.as_slice()).ok()?;
            return Some(WalIdentity {
                member: MemberId(metadata.node_id),
                cluster: ClusterId(metadata.cluster_id),
            });
        }
        bytes = rest.get(length.checked_add(padding)?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(record: &Record) -> Vec<u8> {
        let body = record.encode_to_vec();
        let padding = (8 - body.len() % 8) % 8;
        let mut field = body.len() as u64;
        if padding > 0 {
            field |= (0x80 | padding as u64) << 56;
        }
        let mut bytes = field.to_le_bytes().to_vec();
        bytes.extend(body);
        bytes.extend(vec![0; padding]);
        bytes
    }

    #[test]
    fn the_metadata_after_the_crc_record_is_read_and_garbage_is_not() {
        let metadata = Metadata {
            node_id: 0xa1,
            cluster_id: 0xc1,
        };
        let record = |kind, data| Record { kind, crc: 7, data };
        let mut bytes = frame(&record(4, Vec::new()));
        bytes.extend(frame(&record(1, metadata.encode_to_vec())));
        let identity = parse(&bytes).unwrap();
        assert_eq!((identity.member.0, identity.cluster.0), (0xa1, 0xc1));
        for length in 0..bytes.len() {
            let _ = parse(&bytes[..length]);
        }
        assert_eq!(parse(&[0; 64]), None);
        assert_eq!(parse(&[0xff; 64]), None);
    }
}
