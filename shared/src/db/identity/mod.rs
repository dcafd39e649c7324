// SPDX-License-Identifier: Apache-2.0

//! What the small buckets tell: members, versions, raft's position, alarms.

mod alarm;
mod known;
mod small;

pub use alarm::{Alarm, AlarmKind};
pub(crate) use known::read_identity;
pub use known::{ConfState, Identity, Member};
pub(crate) use small::{SmallBucket, SmallSink};
