// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use http::uri::PathAndQuery;
use tokio::time::timeout;
use tonic::Request;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic_prost::ProstCodec;

use super::dial::{Connection, Dialer};
use super::snapshot::SnapshotStream;
use super::{Endpoint, EtcdError, wire};
use crate::model::{
    Alarm, AlarmKind, ClusterId, HashKv, ListedMember, MemberId, ReadProbe, ResponseHeader, Status,
};

/// The key that a read probe asks for; it need not exist. etcdctl's `endpoint health` asks the same.
const PROBE_KEY: &[u8] = b"health";

/// A client of exactly one member: nothing is balanced, forwarded or retried behind one's back.
#[derive(Clone)]
pub struct EtcdClient {
    connection: Connection,
    call_timeout: Duration,
    token: Option<MetadataValue<Ascii>>,
}

impl EtcdClient {
    /// Connects to `endpoint`; each later call has `call_timeout`.
    pub async fn connect(
        dialer: &Dialer,
        endpoint: &Endpoint,
        call_timeout: Duration,
    ) -> Result<Self, EtcdError> {
        let connection = dialer.connect(endpoint).await?;
        Ok(Self {
            connection,
            call_timeout,
            token: None,
        })
    }

    /// The endpoint of this client.
    pub fn endpoint(&self) -> &Endpoint {
        &self.connection.endpoint
    }

    /// The same connection with another deadline for each call.
    #[must_use]
    pub fn with_timeout(&self, call_timeout: Duration) -> Self {
        Self {
            call_timeout,
            ..self.clone()
        }
    }

    /// Logs in with a user and password; later calls carry the token.
    pub async fn authenticate(&mut self, name: &str, password: &str) -> Result<(), EtcdError> {
        let request = wire::AuthenticateRequest {
            name: name.to_owned(),
            password: password.to_owned(),
        };
        let answer: wire::AuthenticateResponse = self
            .unary("/etcdserverpb.Auth/Authenticate", "authenticate", request)
            .await?;
        self.token = answer.token.parse().ok();
        Ok(())
    }

    /// Maintenance.Status of this member.
    pub async fn status(&self) -> Result<Status, EtcdError> {
        let s: wire::StatusResponse = self
            .unary("/etcdserverpb.Maintenance/Status", "status", wire::Empty {})
            .await?;
        Ok(Status {
            header: header(s.header),
            version: s.version,
            db_size_bytes: s.db_size,
            db_size_in_use_bytes: s.db_size_in_use,
            db_size_quota_bytes: s.db_size_quota,
            leader: MemberId(s.leader),
            raft_index: s.raft_index,
            raft_term: s.raft_term,
            raft_applied_index: s.raft_applied_index,
            errors: s.errors,
            is_learner: s.is_learner,
            storage_version: s.storage_version,
        })
    }

    /// Reads one key, linearizably (through the leader and a quorum) or from the member's own state.
    pub async fn read(&self, serializable: bool) -> Result<ReadProbe, EtcdError> {
        let request = wire::RangeRequest {
            key: PROBE_KEY.to_vec(),
            serializable,
            keys_only: true,
            limit: 1,
            ..Default::default()
        };
        let call = if serializable {
            "a serializable read"
        } else {
            "a linearizable read"
        };
        let answer: wire::RangeResponse =
            self.unary("/etcdserverpb.KV/Range", call, request).await?;
        Ok(ReadProbe {
            header: header(answer.header),
        })
    }

    /// KV.Range.
    pub async fn range(
        &self,
        request: wire::RangeRequest,
    ) -> Result<wire::RangeResponse, EtcdError> {
        self.unary("/etcdserverpb.KV/Range", "a read", request)
            .await
    }

    /// KV.Txn.
    pub async fn txn(&self, request: wire::TxnRequest) -> Result<wire::TxnResponse, EtcdError> {
        self.unary("/etcdserverpb.KV/Txn", "a transaction", request)
            .await
    }

    /// KV.Put.
    pub async fn put(&self, request: wire::PutRequest) -> Result<ResponseHeader, EtcdError> {
        let answer: wire::HeaderOnly = self
            .unary("/etcdserverpb.KV/Put", "a write", request)
            .await?;
        Ok(header(answer.header))
    }

    /// Cluster.MemberList. Servers before 3.5 always answer from their own memory.
    pub async fn member_list(
        &self,
        linearizable: bool,
    ) -> Result<(ResponseHeader, Vec<ListedMember>), EtcdError> {
        let request = wire::MemberListRequest { linearizable };
        let answer: wire::MemberListResponse = self
            .unary(
                "/etcdserverpb.Cluster/MemberList",
                "the member list",
                request,
            )
            .await?;
        Ok((
            header(answer.header),
            answer.members.into_iter().map(member).collect(),
        ))
    }

    /// Cluster.MemberAdd; returns the new member and the list after it.
    pub async fn member_add(
        &self,
        peer_urls: Vec<String>,
        is_learner: bool,
    ) -> Result<(ListedMember, Vec<ListedMember>), EtcdError> {
        let request = wire::MemberAddRequest {
            peer_urls,
            is_learner,
        };
        let answer: wire::MemberAddResponse = self
            .unary("/etcdserverpb.Cluster/MemberAdd", "member add", request)
            .await?;
        let members = answer.members.into_iter().map(member).collect();
        Ok((member(answer.member.unwrap_or_default()), members))
    }

    /// Cluster.MemberRemove; returns the list after it.
    pub async fn member_remove(&self, id: MemberId) -> Result<Vec<ListedMember>, EtcdError> {
        let request = wire::MemberIdRequest { id: id.0 };
        let answer: wire::MemberListResponse = self
            .unary(
                "/etcdserverpb.Cluster/MemberRemove",
                "member remove",
                request,
            )
            .await?;
        Ok(answer.members.into_iter().map(member).collect())
    }

    /// Cluster.MemberPromote; ask the leader (with auth on, followers refuse before 3.5.28 and 3.6.6).
    pub async fn member_promote(&self, id: MemberId) -> Result<Vec<ListedMember>, EtcdError> {
        let request = wire::MemberIdRequest { id: id.0 };
        let answer: wire::MemberListResponse = self
            .unary(
                "/etcdserverpb.Cluster/MemberPromote",
                "member promote",
                request,
            )
            .await?;
        Ok(answer.members.into_iter().map(member).collect())
    }

    /// Maintenance.Alarm, reading.
    pub async fn alarms(&self) -> Result<Vec<Alarm>, EtcdError> {
        self.alarm(wire::AlarmRequest::default(), "the alarm list")
            .await
    }

    /// Maintenance.Alarm, disarming one alarm of one member.
    pub async fn disarm(&self, alarm: Alarm) -> Result<Vec<Alarm>, EtcdError> {
        let kind = match alarm.kind {
            AlarmKind::NoSpace => 1,
            AlarmKind::Corrupt => 2,
            AlarmKind::Other => 0,
        };
        let request = wire::AlarmRequest {
            action: 2,
            member_id: alarm.member_id.0,
            alarm: kind,
        };
        self.alarm(request, "alarm disarm").await
    }

    async fn alarm(
        &self,
        request: wire::AlarmRequest,
        call: &str,
    ) -> Result<Vec<Alarm>, EtcdError> {
        let answer: wire::AlarmResponse = self
            .unary("/etcdserverpb.Maintenance/Alarm", call, request)
            .await?;
        let kind = |number| match number {
            1 => AlarmKind::NoSpace,
            2 => AlarmKind::Corrupt,
            _ => AlarmKind::Other,
        };
        let alarms = answer.alarms.iter();
        Ok(alarms
            .map(|a| Alarm {
                member_id: MemberId(a.member_id),
                kind: kind(a.alarm),
            })
            .collect())
    }

    /// Maintenance.HashKV of this member at `revision`.
    pub async fn hash_kv(&self, revision: i64) -> Result<HashKv, EtcdError> {
        let request = wire::HashKvRequest { revision };
        let answer: wire::HashKvResponse = self
            .unary("/etcdserverpb.Maintenance/HashKV", "HashKV", request)
            .await?;
        Ok(HashKv {
            header: header(answer.header),
            revision,
            hash: answer.hash,
            compact_revision: answer.compact_revision,
        })
    }

    /// Maintenance.MoveLeader; ask the leader.
    pub async fn move_leader(&self, target: MemberId) -> Result<(), EtcdError> {
        let request = wire::MoveLeaderRequest {
            target_id: target.0,
        };
        let _: wire::HeaderOnly = self
            .unary(
                "/etcdserverpb.Maintenance/MoveLeader",
                "move leader",
                request,
            )
            .await?;
        Ok(())
    }

    /// Lease.LeaseGrant: returns the lease id.
    pub async fn lease_grant(&self, ttl: Duration) -> Result<i64, EtcdError> {
        let request = wire::LeaseGrantRequest {
            ttl_seconds: ttl.as_secs().try_into().unwrap_or(i64::MAX),
            id: 0,
        };
        let answer: wire::LeaseResponse = self
            .unary("/etcdserverpb.Lease/LeaseGrant", "lease grant", request)
            .await?;
        Ok(answer.id)
    }

    /// Lease.LeaseKeepAlive, one round: returns the remaining seconds; 0 or less = the lease is gone.
    pub async fn lease_keep_alive(&self, id: i64) -> Result<i64, EtcdError> {
        let call = "lease keep-alive";
        let request = self.request(futures_util::stream::once(async move {
            wire::LeaseIdRequest { id }
        }));
        let codec: ProstCodec<wire::LeaseIdRequest, wire::LeaseResponse> = ProstCodec::default();
        let mut grpc = self.grpc();
        let path = PathAndQuery::from_static("/etcdserverpb.Lease/LeaseKeepAlive");
        let work = async {
            grpc.ready().await.map_err(|_| self.broken(call))?;
            let mut stream = grpc
                .streaming(request, path, codec)
                .await
                .map_err(|status| self.failed(call, &status))?
                .into_inner();
            let answer = stream
                .message()
                .await
                .map_err(|status| self.failed(call, &status))?;
            Ok(answer.map_or(0, |lease| lease.ttl_seconds))
        };
        timeout(self.call_timeout, work)
            .await
            .unwrap_or_else(|_| Err(self.timed_out(call)))
    }

    /// Lease.LeaseRevoke.
    pub async fn lease_revoke(&self, id: i64) -> Result<(), EtcdError> {
        let request = wire::LeaseIdRequest { id };
        let _: wire::HeaderOnly = self
            .unary("/etcdserverpb.Lease/LeaseRevoke", "lease revoke", request)
            .await?;
        Ok(())
    }

    /// Maintenance.Snapshot: the stream; each message has the call timeout.
    pub async fn snapshot(&self) -> Result<SnapshotStream, EtcdError> {
        let call = "snapshot";
        let codec: ProstCodec<wire::Empty, wire::SnapshotResponse> = ProstCodec::default();
        let mut grpc = self.grpc();
        let path = PathAndQuery::from_static("/etcdserverpb.Maintenance/Snapshot");
        let request = self.request(wire::Empty {});
        let work = async {
            grpc.ready().await.map_err(|_| self.broken(call))?;
            let answer = grpc
                .server_streaming(request, path, codec)
                .await
                .map_err(|status| self.failed(call, &status))?;
            Ok(SnapshotStream::new(
                self.clone(),
                answer.into_inner(),
                self.call_timeout,
            ))
        };
        timeout(self.call_timeout, work)
            .await
            .unwrap_or_else(|_| Err(self.timed_out(call)))
    }

    /// The error of a failed `call`, with what the connection itself knows.
    pub(super) fn failed(&self, call: &str, status: &tonic::Status) -> EtcdError {
        let endpoint = self.connection.endpoint.to_string();
        EtcdError::from_status(&endpoint, call, status, self.connection.fault())
    }

    /// The error of a `call` that took too long.
    pub(super) fn timed_out(&self, call: &str) -> EtcdError {
        EtcdError::NoAnswer {
            endpoint: self.connection.endpoint.to_string(),
            call: call.to_owned(),
            timeout: self.call_timeout,
        }
    }

    fn broken(&self, call: &str) -> EtcdError {
        self.connection
            .fault()
            .unwrap_or_else(|| EtcdError::Broken {
                endpoint: self.connection.endpoint.to_string(),
                call: call.to_owned(),
                why: "the connection is closed".to_owned(),
            })
    }

    fn grpc(&self) -> Grpc<tonic::transport::Channel> {
        // etcd allows answers of any size; a member list or range is bounded by the server itself.
        Grpc::new(self.connection.channel.clone()).max_decoding_message_size(usize::MAX)
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("token", token.clone());
        }
        request
    }

    async fn unary<Q, A>(&self, path: &'static str, call: &str, message: Q) -> Result<A, EtcdError>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let codec: ProstCodec<Q, A> = ProstCodec::default();
        let mut grpc = self.grpc();
        let request = self.request(message);
        let work = async {
            grpc.ready().await.map_err(|_| self.broken(call))?;
            grpc.unary(request, PathAndQuery::from_static(path), codec)
                .await
                .map(tonic::Response::into_inner)
                .map_err(|status| self.failed(call, &status))
        };
        timeout(self.call_timeout, work)
            .await
            .unwrap_or_else(|_| Err(self.timed_out(call)))
    }
}

fn header(header: Option<wire::Header>) -> ResponseHeader {
    let h = header.unwrap_or_default();
    ResponseHeader {
        cluster_id: ClusterId(h.cluster_id),
        member_id: MemberId(h.member_id),
        revision: h.revision,
        raft_term: h.raft_term,
    }
}

fn member(m: wire::Member) -> ListedMember {
    ListedMember {
        id: MemberId(m.id),
        name: m.name,
        peer_urls: m.peer_urls,
        client_urls: m.client_urls,
        is_learner: m.is_learner,
    }
}
