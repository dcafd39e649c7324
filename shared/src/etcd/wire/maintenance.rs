// SPDX-License-Identifier: Apache-2.0

use super::Header;

/// etcdserverpb.StatusResponse.
#[derive(Clone, PartialEq, prost::Message)]
pub struct StatusResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// Version of the server.
    #[prost(string, tag = "2")]
    pub version: String,
    /// Database size in bytes.
    #[prost(int64, tag = "3")]
    pub db_size: i64,
    /// Leader; 0 = none.
    #[prost(uint64, tag = "4")]
    pub leader: u64,
    /// Raft index.
    #[prost(uint64, tag = "5")]
    pub raft_index: u64,
    /// Raft term.
    #[prost(uint64, tag = "6")]
    pub raft_term: u64,
    /// Applied index (from 3.4).
    #[prost(uint64, tag = "7")]
    pub raft_applied_index: u64,
    /// Errors (from 3.4).
    #[prost(string, repeated, tag = "8")]
    pub errors: Vec<String>,
    /// Bytes in use (from 3.4).
    #[prost(int64, tag = "9")]
    pub db_size_in_use: i64,
    /// Learner (from 3.4).
    #[prost(bool, tag = "10")]
    pub is_learner: bool,
    /// Storage version (from 3.6).
    #[prost(string, tag = "11")]
    pub storage_version: String,
    /// Quota in bytes (from 3.6).
    #[prost(int64, tag = "12")]
    pub db_size_quota: i64,
}

/// etcdserverpb.AlarmRequest.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct AlarmRequest {
    /// 0 get, 1 activate, 2 deactivate.
    #[prost(int32, tag = "1")]
    pub action: i32,
    /// Member; 0 = all.
    #[prost(uint64, tag = "2")]
    pub member_id: u64,
    /// 0 none (all), 1 NOSPACE, 2 CORRUPT.
    #[prost(int32, tag = "3")]
    pub alarm: i32,
}

/// etcdserverpb.AlarmMember.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct AlarmMember {
    /// The member that raised it.
    #[prost(uint64, tag = "1")]
    pub member_id: u64,
    /// 1 NOSPACE, 2 CORRUPT.
    #[prost(int32, tag = "2")]
    pub alarm: i32,
}

/// etcdserverpb.AlarmResponse.
#[derive(Clone, PartialEq, prost::Message)]
pub struct AlarmResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The alarms.
    #[prost(message, repeated, tag = "2")]
    pub alarms: Vec<AlarmMember>,
}

/// etcdserverpb.HashKVRequest.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct HashKvRequest {
    /// Revision to hash at; 0 = now.
    #[prost(int64, tag = "1")]
    pub revision: i64,
}

/// etcdserverpb.HashKVResponse.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct HashKvResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The hash.
    #[prost(uint32, tag = "2")]
    pub hash: u32,
    /// Compact revision at hashing.
    #[prost(int64, tag = "3")]
    pub compact_revision: i64,
    /// Revision hashed at (from 3.6).
    #[prost(int64, tag = "4")]
    pub hash_revision: i64,
}

/// etcdserverpb.SnapshotResponse.
#[derive(Clone, PartialEq, prost::Message)]
pub struct SnapshotResponse {
    /// Who answered (only in the first message).
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// Bytes that follow this message.
    #[prost(uint64, tag = "2")]
    pub remaining_bytes: u64,
    /// The next bytes; the last 32 of the stream are the sha256 of all before.
    #[prost(bytes = "vec", tag = "3")]
    pub blob: Vec<u8>,
    /// Storage version (from 3.6).
    #[prost(string, tag = "4")]
    pub version: String,
}

/// etcdserverpb.MoveLeaderRequest.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct MoveLeaderRequest {
    /// The member that shall lead.
    #[prost(uint64, tag = "1")]
    pub target_id: u64,
}

/// etcdserverpb.AuthenticateRequest. `Debug` is not derived with the password: see the impl.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct AuthenticateRequest {
    /// User.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Password.
    #[prost(string, tag = "2")]
    pub password: String,
}

impl std::fmt::Debug for AuthenticateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticateRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// etcdserverpb.AuthenticateResponse.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct AuthenticateResponse {
    /// Who answered.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The token for the metadata key `token`.
    #[prost(string, tag = "2")]
    pub token: String,
}

impl std::fmt::Debug for AuthenticateResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticateResponse")
            .finish_non_exhaustive()
    }
}
