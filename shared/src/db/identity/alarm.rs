// SPDX-License-Identifier: Apache-2.0

use prost::Message;
use serde::Serialize;

/// An alarm recorded in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The member it is about, in hex as etcd prints it.
    #[serde(serialize_with = "crate::db::report::hex_id")]
    pub member_id: u64,
    /// Which.
    pub alarm: AlarmKind,
}

/// The alarms of etcd (`etcdserverpb.AlarmType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AlarmKind {
    /// The quota is used up: no writes.
    NoSpace,
    /// The members' data differ: no writes.
    Corrupt,
    /// A kind this program does not know.
    Other,
}

#[derive(Clone, PartialEq, Eq, Message)]
struct AlarmMember {
    #[prost(uint64, tag = "1")]
    member_id: u64,
    #[prost(int32, tag = "2")]
    alarm: i32,
}

impl Alarm {
    /// Decodes the key of a record in the bucket `alarm`.
    pub fn parse(key: &[u8]) -> Option<Self> {
        let member = AlarmMember::decode(key).ok()?;
        let alarm = match member.alarm {
            1 => AlarmKind::NoSpace,
            2 => AlarmKind::Corrupt,
            _ => AlarmKind::Other,
        };
        Some(Self {
            member_id: member.member_id,
            alarm,
        })
    }
}
