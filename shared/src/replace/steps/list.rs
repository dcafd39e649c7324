// SPDX-License-Identifier: Apache-2.0

use super::step::Step;
use super::{
    add, lock, move_leader, observe, recreate, remove, save, set_aside, snapshot, stop, verify,
    wait,
};

/// Every step, in the order in which they are taken.
pub const ALL: [&dyn Step; 12] = [
    &observe::Observe,
    &lock::Lock,
    &move_leader::MoveLeader,
    &snapshot::Snapshot,
    &save::Save,
    &stop::Stop,
    &remove::Remove,
    &set_aside::SetAside,
    &add::Add,
    &recreate::Recreate,
    &wait::Wait,
    &verify::Verify,
];
