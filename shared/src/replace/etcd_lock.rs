//! The lock in etcd: a leased key outside the API server's part of the key space.

use std::time::Duration;

use crate::etcd::wire::{
    Compare, CompareUnion, Operation, PutRequest, RangeRequest, RequestOp, TxnRequest,
};
use crate::etcd::{EtcdClient, EtcdError};

use super::world::LockHolder;

/// The key.
pub const KEY: &str = "kubectl-etcd.io/replace/lock";

/// How long the lock outlives a tool that was killed.
pub const TIME_TO_LIVE: Duration = Duration::from_secs(60);

/// Who holds it, by a linearizable read.
///
/// # Errors
/// The member does not answer.
pub async fn holder(client: &EtcdClient) -> Result<Option<LockHolder>, EtcdError> {
    let request = RangeRequest {
        key: KEY.as_bytes().to_vec(),
        ..RangeRequest::default()
    };
    let answer = client.range(request).await?;
    Ok(answer.kvs.first().map(|pair| read(&pair.value)))
}

/// A value that cannot be read is still a lock.
fn read(value: &[u8]) -> LockHolder {
    serde_json::from_slice(value).unwrap_or_else(|_| LockHolder {
        run: "unknown".to_owned(),
        who: "an unknown user".to_owned(),
        since: "an unknown time".to_owned(),
    })
}

/// How taking it went.
#[derive(Debug)]
pub enum Taken {
    /// It is ours, under this lease.
    Ours(i64),
    /// Somebody else has it.
    Theirs(LockHolder),
}

/// Takes the lock, also over an earlier life of the same run.
///
/// # Errors
/// The member does not answer, or an alarm forbids writes.
pub async fn take(client: &EtcdClient, holder: &LockHolder) -> Result<Taken, EtcdError> {
    let value = serde_json::to_vec(holder).unwrap_or_default();
    let lease = client.lease_grant(TIME_TO_LIVE).await?;
    let put = || RequestOp {
        request: Some(Operation::Put(PutRequest {
            key: KEY.as_bytes().to_vec(),
            value: value.clone(),
            lease,
        })),
    };
    let compare = |target, union| Compare {
        result: 0,
        target,
        key: KEY.as_bytes().to_vec(),
        union: Some(union),
    };
    // Free, or ours already.
    for condition in [
        compare(1, CompareUnion::CreateRevision(0)),
        compare(3, CompareUnion::Value(value.clone())),
    ] {
        let request = TxnRequest {
            compare: vec![condition],
            success: vec![put()],
            failure: Vec::new(),
        };
        if client.txn(request).await?.succeeded {
            return Ok(Taken::Ours(lease));
        }
    }
    client.lease_revoke(lease).await?;
    match self::holder(client).await? {
        Some(theirs) => Ok(Taken::Theirs(theirs)),
        // It was let go this very moment.
        None => Ok(Taken::Theirs(LockHolder::default())),
    }
}

/// Whether an error says that an alarm forbids every write.
pub fn writes_are_forbidden(error: &EtcdError) -> bool {
    match error {
        EtcdError::Server { message, .. } => {
            message.contains("database space exceeded") || message.contains("corrupt cluster")
        }
        _ => false,
    }
}
