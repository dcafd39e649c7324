// SPDX-License-Identifier: Apache-2.0

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::{
    Alarm, AlarmKind, ClusterId, HashKv, ListedMember, MemberId, ReadProbe, ResponseHeader, Status,
};

/// Whole numbers as etcdctl writes them: bare up to 3.6 (ids above 2^53 among them, which must not
/// pass through a float), quoted where protobuf's own JSON is used. Absent is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Whole(i128);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Whole;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Whole, E> {
                Ok(Whole(i128::from(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Whole, E> {
                Ok(Whole(i128::from(value)))
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Whole, E> {
                value.parse().map(Whole).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl Whole {
    fn id(self) -> u64 {
        u64::try_from(self.0).unwrap_or_default()
    }

    fn signed(self) -> i64 {
        i64::try_from(self.0).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Header {
    #[serde(alias = "clusterId")]
    cluster_id: Whole,
    #[serde(alias = "memberId")]
    member_id: Whole,
    revision: Whole,
    #[serde(alias = "raftTerm")]
    raft_term: Whole,
}

impl From<Header> for ResponseHeader {
    fn from(header: Header) -> Self {
        Self {
            cluster_id: ClusterId(header.cluster_id.id()),
            member_id: MemberId(header.member_id.id()),
            revision: header.revision.signed(),
            raft_term: header.raft_term.id(),
        }
    }
}

#[derive(Deserialize)]
struct Of<T> {
    #[serde(rename = "Endpoint", default)]
    endpoint: String,
    #[serde(alias = "Status", alias = "HashKV")]
    value: T,
}

/// The entry of one endpoint in a list of several.
fn of_endpoint<T: for<'de> Deserialize<'de>>(text: &str, endpoint: &str) -> Result<T, String> {
    let all: Vec<Of<T>> = read(text)?;
    let alone = all.len() == 1;
    all.into_iter()
        .find(|entry| alone || entry.endpoint.trim_end_matches('/') == endpoint)
        .map(|entry| entry.value)
        .ok_or_else(|| format!("etcdctl says nothing of {endpoint}"))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    // Some versions say a word before the JSON.
    let from = text.find(['{', '[']).unwrap_or(0);
    let mut stream = serde_json::Deserializer::from_str(&text[from..]).into_iter::<T>();
    match stream.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(format!("etcdctl's JSON cannot be read: {error}")),
        None => Err(format!(
            "etcdctl's JSON cannot be read: {}",
            serde_json::Error::custom("it is empty")
        )),
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct StatusJson {
    header: Header,
    version: String,
    db_size: Whole,
    db_size_in_use: Whole,
    db_size_quota: Whole,
    leader: Whole,
    raft_index: Whole,
    raft_term: Whole,
    raft_applied_index: Whole,
    errors: Option<Vec<String>>,
    is_learner: Option<bool>,
    storage_version: String,
}

/// `endpoint status -w json`.
///
/// # Errors
/// One sentence.
pub fn parse_status(text: &str, endpoint: &str) -> Result<Status, String> {
    let status: StatusJson = of_endpoint(text, endpoint)?;
    Ok(Status {
        header: status.header.into(),
        version: status.version,
        db_size_bytes: status.db_size.signed(),
        db_size_in_use_bytes: status.db_size_in_use.signed(),
        db_size_quota_bytes: status.db_size_quota.signed(),
        leader: MemberId(status.leader.id()),
        raft_index: status.raft_index.id(),
        raft_term: status.raft_term.id(),
        raft_applied_index: status.raft_applied_index.id(),
        errors: status.errors.unwrap_or_default(),
        is_learner: status.is_learner.unwrap_or_default(),
        storage_version: status.storage_version,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MemberJson {
    #[serde(rename = "ID", alias = "id")]
    id: Whole,
    name: Option<String>,
    #[serde(rename = "peerURLs", alias = "peer_urls")]
    peer_urls: Option<Vec<String>>,
    #[serde(rename = "clientURLs", alias = "client_urls")]
    client_urls: Option<Vec<String>>,
    #[serde(rename = "isLearner", alias = "is_learner")]
    is_learner: Option<bool>,
}

#[derive(Deserialize)]
struct ListJson {
    header: Header,
    #[serde(default)]
    members: Vec<MemberJson>,
}

/// `member list -w json`.
///
/// # Errors
/// One sentence.
pub fn parse_member_list(text: &str) -> Result<(ResponseHeader, Vec<ListedMember>), String> {
    let list: ListJson = read(text)?;
    let members = list.members.into_iter().map(|member| ListedMember {
        id: MemberId(member.id.id()),
        name: member.name.unwrap_or_default(),
        peer_urls: member.peer_urls.unwrap_or_default(),
        client_urls: member.client_urls.unwrap_or_default(),
        is_learner: member.is_learner.unwrap_or_default(),
    });
    Ok((list.header.into(), members.collect()))
}

#[derive(Deserialize)]
struct ReadJson {
    header: Header,
}

/// `get KEY -w json`.
///
/// # Errors
/// One sentence.
pub fn parse_read(text: &str) -> Result<ReadProbe, String> {
    let answer: ReadJson = read(text)?;
    Ok(ReadProbe {
        header: answer.header.into(),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AlarmJson {
    #[serde(rename = "memberID", alias = "member_id")]
    member_id: Whole,
    alarm: serde_json::Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AlarmsJson {
    alarms: Option<Vec<AlarmJson>>,
}

/// `alarm list -w json`.
///
/// # Errors
/// One sentence.
pub fn parse_alarms(text: &str) -> Result<Vec<Alarm>, String> {
    let answer: AlarmsJson = read(text)?;
    let alarms = answer.alarms.unwrap_or_default().into_iter();
    Ok(alarms
        .map(|alarm| Alarm {
            member_id: MemberId(alarm.member_id.id()),
            // etcdserverpb.AlarmType by number or by name.
            kind: match (alarm.alarm.as_u64(), alarm.alarm.as_str()) {
                (Some(1), _) | (_, Some("NOSPACE")) => AlarmKind::NoSpace,
                (Some(2), _) | (_, Some("CORRUPT")) => AlarmKind::Corrupt,
                _ => AlarmKind::Other,
            },
        })
        .collect())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HashJson {
    header: Header,
    hash: Whole,
    #[serde(alias = "compactRevision")]
    compact_revision: Whole,
}

/// `endpoint hashkv --rev REVISION -w json`.
///
/// # Errors
/// One sentence.
pub fn parse_hash_kv(text: &str, endpoint: &str, revision: i64) -> Result<HashKv, String> {
    let hash: HashJson = of_endpoint(text, endpoint)?;
    Ok(HashKv {
        header: hash.header.into(),
        revision,
        hash: u32::try_from(hash.hash.0).map_err(|error| error.to_string())?,
        compact_revision: hash.compact_revision.signed(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Ids above 2^53, as 3.4 and 3.5 write them; the same quoted.
    const LIST: &str = r#"{"header":{"cluster_id":14841639068965178418,"member_id":18446744073709551615,"raft_term":4},
        "members":[{"ID":18446744073709551615,"name":"a","peerURLs":["https://a:2380"],"clientURLs":["https://a:2379"]},
        {"ID":10276657743932975437,"peerURLs":["https://b:2380"],"isLearner":true}]}"#;

    #[test]
    fn ids_are_exact_to_the_last_bit_bare_or_quoted() {
        let quoted = LIST
            .replace("14841639068965178418", "\"14841639068965178418\"")
            .replace("18446744073709551615", "\"18446744073709551615\"")
            .replace("10276657743932975437", "\"10276657743932975437\"");
        for text in [LIST, &quoted] {
            let (header, members) = parse_member_list(text).unwrap();
            assert_eq!(header.cluster_id, ClusterId(14_841_639_068_965_178_418));
            assert_eq!(members[0].id, MemberId(u64::MAX));
            assert_eq!(members[1].id, MemberId(10_276_657_743_932_975_437));
            assert!(members[1].is_learner && !members[1].is_started());
        }
    }

    #[test]
    fn a_status_is_that_of_the_endpoint_that_was_asked() {
        let text = r#"[{"Endpoint":"https://a:2379","Status":{"header":{"cluster_id":1,"member_id":2,"revision":7,"raft_term":3},
            "version":"3.4.23","dbSize":20480,"leader":2,"raftIndex":9,"raftTerm":3,"raftAppliedIndex":9,"dbSizeInUse":16384}},
            {"Endpoint":"https://b:2379","Status":{"header":{"member_id":5},"version":"3.5.1","isLearner":true,
            "errors":["etcdserver: no leader"]}}]"#;
        let a = parse_status(text, "https://a:2379").unwrap();
        assert_eq!((a.version.as_str(), a.header.revision), ("3.4.23", 7));
        let b = parse_status(text, "https://b:2379").unwrap();
        assert!(b.is_learner);
        assert_eq!(b.errors, ["etcdserver: no leader"]);
        assert!(parse_status(text, "https://c:2379").is_err());
    }

    #[test]
    fn alarms_and_hashes_are_read_and_rubbish_is_an_error() {
        let alarms = r#"{"header":{},"alarms":[{"memberID":18446744073709551614,"alarm":2},{"memberID":3,"alarm":"NOSPACE"}]}"#;
        let read = parse_alarms(alarms).unwrap();
        assert_eq!(read[0].member_id, MemberId(u64::MAX - 1));
        assert_eq!(read[0].kind, AlarmKind::Corrupt);
        assert_eq!(read[1].kind, AlarmKind::NoSpace);
        assert_eq!(parse_alarms("{}").unwrap(), []);
        let hash = r#"[{"Endpoint":"https://a:2379","HashKV":{"header":{"member_id":2},"hash":4294967295,"compact_revision":-1}}]"#;
        let read = parse_hash_kv(hash, "https://a:2379", 5).unwrap();
        assert_eq!((read.hash, read.compact_revision), (u32::MAX, -1));
        for rubbish in ["", "Error: context deadline exceeded", "{\"header\":", "[]"] {
            assert!(parse_member_list(rubbish).is_err(), "{rubbish}");
            assert!(parse_status(rubbish, "x").is_err(), "{rubbish}");
        }
    }
}
