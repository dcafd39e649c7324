// SPDX-License-Identifier: Apache-2.0

//! One file per way of finding etcd.

pub(super) mod docker;
pub(super) mod endpoints;
pub(super) mod kubernetes;
pub(super) mod local;
