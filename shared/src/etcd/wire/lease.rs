// SPDX-License-Identifier: Apache-2.0

use super::Header;

/// etcdserverpb.LeaseGrantRequest.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct LeaseGrantRequest {
    /// Time to live in seconds.
    #[prost(int64, tag = "1")]
    pub ttl_seconds: i64,
    /// Wanted id; 0 = the server chooses.
    #[prost(int64, tag = "2")]
    pub id: i64,
}

/// etcdserverpb.LeaseGrantResponse; LeaseKeepAliveResponse has the same first three fields.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LeaseResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The lease.
    #[prost(int64, tag = "2")]
    pub id: i64,
    /// Time to live in seconds; 0 or less = it is gone.
    #[prost(int64, tag = "3")]
    pub ttl_seconds: i64,
    /// Error text of a grant.
    #[prost(string, tag = "4")]
    pub error: String,
}

/// A request that names one lease: revoke and keep-alive.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct LeaseIdRequest {
    /// The lease.
    #[prost(int64, tag = "1")]
    pub id: i64,
}
