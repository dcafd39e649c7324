// SPDX-License-Identifier: Apache-2.0

//! A member in a static pod of a kubelet: what runs is what its manifest says, and the manifest is
//! a file of the node.

mod changed;
mod effects;
mod interface;
mod kind;
mod local;
mod local_hands;
mod local_watch;
mod look;
mod manifest;
mod names;
mod node;
mod pod_hands;
mod pod_watch;
mod script;
mod seen;

pub use kind::StaticPod;
