// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::reference_list::ReferenceList;
use super::{Asked, Asker};
use crate::model::ProbeErrorKind;

/// What came of asking once more.
pub struct SecondLook {
    /// The answers that replace the first ones; none where nothing has changed.
    pub answers: Vec<Asked>,
    /// What the report says of it.
    pub note: String,
}

/// Whether to ask once more before it is said that there is no quorum: a majority of the voters
/// answers, and nobody has a leader to confirm a read with. An election may be under way.
pub fn is_due(list: &ReferenceList, asked: &[Asked]) -> bool {
    let voters: Vec<_> = list.members.iter().filter(|m| !m.is_learner).collect();
    let own: Vec<&Asked> = asked
        .iter()
        .filter(|a| {
            a.header().is_some_and(|h| {
                Some(h.cluster_id) == list.cluster_id && voters.iter().any(|v| v.id == h.member_id)
            })
        })
        .collect();
    let without_leader = |asked: &&Asked| {
        asked.linearizable_read.error().is_some_and(|error| {
            matches!(
                error.kind,
                ProbeErrorKind::NoLeader | ProbeErrorKind::NoAnswer
            )
        })
    };
    !voters.is_empty() && own.len() > voters.len() / 2 && own.iter().all(without_leader)
}

/// Asks those that answered for a confirmed read, for one more call's time at most; as soon as one
/// of them has it they are asked for everything again.
pub async fn take(asker: &Asker, asked: &[Asked]) -> SecondLook {
    let answering: Vec<&Asked> = asked.iter().filter(|a| a.header().is_some()).collect();
    let waited = asker.call_timeout;
    if !leader_found(asker, &answering).await {
        return SecondLook {
            answers: Vec::new(),
            note: format!(
                "a majority answers without a leader; asked again for {} s, there is still none",
                seconds(waited)
            ),
        };
    }
    let again: FuturesUnordered<_> = answering
        .iter()
        .map(|asked| asker.ask(asked.endpoint.clone()))
        .collect();
    SecondLook {
        answers: again.collect().await,
        note: "the members were without a leader at first; asked again, they had elected one"
            .to_owned(),
    }
}

/// Whether one of them confirms a read. Where etcdctl in the pods is asked there is no connection to
/// wait on: then simply all is asked again.
async fn leader_found(asker: &Asker, answering: &[&Asked]) -> bool {
    let clients: Vec<_> = answering.iter().filter_map(|a| a.client.as_ref()).collect();
    if clients.is_empty() {
        return true;
    }
    let reads: FuturesUnordered<_> = clients
        .into_iter()
        .map(|client| asker.linearizable_read(client))
        .collect();
    let mut confirmed = std::pin::pin!(reads.filter(|read| {
        let answered = read.value().is_some();
        std::future::ready(answered)
    }));
    confirmed.next().await.is_some()
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etcd::Endpoint;
    use crate::model::{ClusterId, ListedMember, MemberId, Probe, ReadProbe, ResponseHeader};

    fn list() -> ReferenceList {
        ReferenceList {
            cluster_id: Some(ClusterId(1)),
            members: (1..=3)
                .map(|id| ListedMember {
                    id: MemberId(id),
                    ..ListedMember::default()
                })
                .collect(),
            ..ReferenceList::default()
        }
    }

    fn answer(member: u64, read: Probe<ReadProbe>) -> Asked {
        let header = ResponseHeader {
            cluster_id: ClusterId(1),
            member_id: MemberId(member),
            ..ResponseHeader::default()
        };
        Asked {
            serializable_read: Probe::answered(ReadProbe { header }, Duration::ZERO),
            linearizable_read: read,
            ..Asked::not_asked(Endpoint {
                tls: true,
                host: format!("10.0.0.{member}"),
                port: 2379,
            })
        }
    }

    fn no_leader() -> Probe<ReadProbe> {
        Probe::failed(ProbeErrorKind::NoLeader, "no leader")
    }

    #[test]
    fn a_majority_without_a_leader_is_asked_once_more() {
        let two = [answer(1, no_leader()), answer(3, no_leader())];
        assert!(is_due(&list(), &two));
    }

    #[test]
    fn a_minority_is_not() {
        assert!(!is_due(&list(), &[answer(1, no_leader())]));
        // Another cluster's member makes no majority.
        let stranger = answer(9, no_leader());
        assert!(!is_due(&list(), &[answer(1, no_leader()), stranger]));
    }

    #[test]
    fn one_that_confirms_a_read_settles_it() {
        let read = Probe::answered(ReadProbe::default(), Duration::ZERO);
        assert!(!is_due(&list(), &[answer(1, no_leader()), answer(2, read)]));
    }
}
