// SPDX-License-Identifier: Apache-2.0

//! The lock in etcd: a leased key outside the API server's part of the key space.

use std::time::Duration;

use crate::etcd::wire::{
    Compare, CompareUnion, DeleteRangeRequest, Operation, PutRequest, RangeRequest, RequestOp,
    TxnRequest,
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
    Ok(value_of(client).await?.map(|value| read(&value)))
}

async fn value_of(client: &EtcdClient) -> Result<Option<Vec<u8>>, EtcdError> {
    let request = RangeRequest {
        key: KEY.as_bytes().to_vec(),
        ..RangeRequest::default()
    };
    let answer = client.range(request).await?;
    Ok(answer.kvs.into_iter().next().map(|pair| pair.value))
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
    let condition = |target, union| Compare {
        result: 0,
        target,
        key: KEY.as_bytes().to_vec(),
        union: Some(union),
    };
    let free = condition(1, CompareUnion::CreateRevision(0));
    let mut conditions = vec![free];
    // An earlier life of this run may have left it: taken over as it stands, and only then.
    if let Some(left) = value_of(client).await?
        && read(&left).run == holder.run
    {
        conditions.push(condition(3, CompareUnion::Value(left)));
    }
    for condition in conditions {
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

/// Deletes the lock where this run holds it, also one that an earlier life of it left.
///
/// # Errors
/// The member does not answer, or an alarm forbids writes.
pub async fn release(client: &EtcdClient, run: &str) -> Result<(), EtcdError> {
    let Some(value) = value_of(client).await? else {
        return Ok(());
    };
    if read(&value).run != run {
        return Ok(());
    }
    let key = KEY.as_bytes().to_vec();
    let request = TxnRequest {
        compare: vec![Compare {
            result: 0,
            target: 3,
            key: key.clone(),
            union: Some(CompareUnion::Value(value)),
        }],
        success: vec![RequestOp {
            request: Some(Operation::DeleteRange(DeleteRangeRequest {
                key,
                range_end: Vec::new(),
            })),
        }],
        failure: Vec::new(),
    };
    client.txn(request).await.map(drop)
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
