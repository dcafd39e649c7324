// SPDX-License-Identifier: Apache-2.0

use super::Header;

/// etcdserverpb.Member.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Member {
    /// Id.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// Name; empty until it started once.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Peer URLs.
    #[prost(string, repeated, tag = "3")]
    pub peer_urls: Vec<String>,
    /// Client URLs.
    #[prost(string, repeated, tag = "4")]
    pub client_urls: Vec<String>,
    /// Learner (from 3.4).
    #[prost(bool, tag = "5")]
    pub is_learner: bool,
}

/// etcdserverpb.MemberListRequest; `linearizable` is known from 3.5 on, older servers answer
/// from their own memory whatever is asked.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct MemberListRequest {
    /// Whether the answer must be current.
    #[prost(bool, tag = "1")]
    pub linearizable: bool,
}

/// etcdserverpb.MemberListResponse; also the shape of the answers to remove, update and promote.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MemberListResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The members after the call.
    #[prost(message, repeated, tag = "2")]
    pub members: Vec<Member>,
}

/// etcdserverpb.MemberAddRequest.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MemberAddRequest {
    /// Peer URLs of the new member.
    #[prost(string, repeated, tag = "1")]
    pub peer_urls: Vec<String>,
    /// Add it as a learner (from 3.4).
    #[prost(bool, tag = "2")]
    pub is_learner: bool,
}

/// etcdserverpb.MemberAddResponse.
#[derive(Clone, PartialEq, prost::Message)]
pub struct MemberAddResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The new member.
    #[prost(message, optional, tag = "2")]
    pub member: Option<Member>,
    /// All members.
    #[prost(message, repeated, tag = "3")]
    pub members: Vec<Member>,
}

/// A request that names one member: remove and promote.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct MemberIdRequest {
    /// The member.
    #[prost(uint64, tag = "1")]
    pub id: u64,
}
