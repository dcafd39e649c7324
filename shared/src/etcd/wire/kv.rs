// SPDX-License-Identifier: Apache-2.0

use super::Header;

/// mvccpb.KeyValue.
#[derive(Clone, PartialEq, prost::Message)]
pub struct KeyValue {
    /// Key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// Revision of its creation.
    #[prost(int64, tag = "2")]
    pub create_revision: i64,
    /// Revision of its last change.
    #[prost(int64, tag = "3")]
    pub mod_revision: i64,
    /// Number of changes since its creation.
    #[prost(int64, tag = "4")]
    pub version: i64,
    /// Value.
    #[prost(bytes = "vec", tag = "5")]
    pub value: Vec<u8>,
    /// Lease; 0 = none.
    #[prost(int64, tag = "6")]
    pub lease: i64,
}

/// etcdserverpb.RangeRequest (the fields used here).
#[derive(Clone, PartialEq, prost::Message)]
pub struct RangeRequest {
    /// First key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// End of the range; empty = just the key.
    #[prost(bytes = "vec", tag = "2")]
    pub range_end: Vec<u8>,
    /// Most keys to return; 0 = all.
    #[prost(int64, tag = "3")]
    pub limit: i64,
    /// Revision; 0 = now.
    #[prost(int64, tag = "4")]
    pub revision: i64,
    /// Answer from the member's own state, without asking the leader.
    #[prost(bool, tag = "7")]
    pub serializable: bool,
    /// No values.
    #[prost(bool, tag = "8")]
    pub keys_only: bool,
    /// Only the count.
    #[prost(bool, tag = "9")]
    pub count_only: bool,
}

/// etcdserverpb.RangeResponse.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RangeResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The keys.
    #[prost(message, repeated, tag = "2")]
    pub kvs: Vec<KeyValue>,
    /// Whether the limit cut the answer.
    #[prost(bool, tag = "3")]
    pub more: bool,
    /// Number of keys in the range.
    #[prost(int64, tag = "4")]
    pub count: i64,
}

/// etcdserverpb.PutRequest (the fields used here).
#[derive(Clone, PartialEq, prost::Message)]
pub struct PutRequest {
    /// Key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// Value.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
    /// Lease to attach; 0 = none.
    #[prost(int64, tag = "3")]
    pub lease: i64,
}

/// etcdserverpb.DeleteRangeRequest (the fields used here).
#[derive(Clone, PartialEq, prost::Message)]
pub struct DeleteRangeRequest {
    /// First key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// End of the range; empty = just the key.
    #[prost(bytes = "vec", tag = "2")]
    pub range_end: Vec<u8>,
}

/// etcdserverpb.Compare, with the two targets used here.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Compare {
    /// 0 equal, 1 greater, 2 less, 3 not equal.
    #[prost(int32, tag = "1")]
    pub result: i32,
    /// 0 version, 1 create revision, 2 mod revision, 3 value, 4 lease.
    #[prost(int32, tag = "2")]
    pub target: i32,
    /// Key.
    #[prost(bytes = "vec", tag = "3")]
    pub key: Vec<u8>,
    /// What to compare with.
    #[prost(oneof = "CompareUnion", tags = "5, 6, 7")]
    pub union: Option<CompareUnion>,
}

/// The right-hand side of a [`Compare`].
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum CompareUnion {
    /// Create revision; 0 = the key does not exist.
    #[prost(int64, tag = "5")]
    CreateRevision(i64),
    /// Mod revision.
    #[prost(int64, tag = "6")]
    ModRevision(i64),
    /// Value.
    #[prost(bytes = "vec", tag = "7")]
    Value(Vec<u8>),
}

/// etcdserverpb.RequestOp.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RequestOp {
    /// The operation.
    #[prost(oneof = "Operation", tags = "1, 2, 3")]
    pub request: Option<Operation>,
}

/// One operation of a transaction.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Operation {
    /// Read.
    #[prost(message, tag = "1")]
    Range(RangeRequest),
    /// Write.
    #[prost(message, tag = "2")]
    Put(PutRequest),
    /// Delete.
    #[prost(message, tag = "3")]
    DeleteRange(DeleteRangeRequest),
}

/// etcdserverpb.TxnRequest.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxnRequest {
    /// All must hold.
    #[prost(message, repeated, tag = "1")]
    pub compare: Vec<Compare>,
    /// Done if they hold.
    #[prost(message, repeated, tag = "2")]
    pub success: Vec<RequestOp>,
    /// Done if not.
    #[prost(message, repeated, tag = "3")]
    pub failure: Vec<RequestOp>,
}

/// etcdserverpb.TxnResponse (without the answers of the single operations).
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxnResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// Whether the comparisons held.
    #[prost(bool, tag = "2")]
    pub succeeded: bool,
}
