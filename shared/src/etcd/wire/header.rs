// SPDX-License-Identifier: Apache-2.0
/// etcdserverpb.ResponseHeader.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Header {
    /// Cluster that answered.
    #[prost(uint64, tag = "1")]
    pub cluster_id: u64,
    /// Member that answered.
    #[prost(uint64, tag = "2")]
    pub member_id: u64,
    /// Its revision.
    #[prost(int64, tag = "3")]
    pub revision: i64,
    /// Its raft term.
    #[prost(uint64, tag = "4")]
    pub raft_term: u64,
}

/// An answer that holds nothing but a header.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct HeaderOnly {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
}

/// A request without fields.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Empty {}
