// SPDX-License-Identifier: Apache-2.0

//! The second lab: a stacked-etcd cluster of kubeadm's, with real kubelets and static pods.
//! What is kubeadm's own output and what is not stands in `docs/lab.md`.

mod balancer;
mod bring_up;
mod control_plane;
mod documents;
mod etcd_growth;
mod heal;
mod images;
mod kubelet;
mod manifest;
mod static_pod;

pub(crate) use bring_up::{bring_up, take_golden};
pub(crate) use control_plane::ControlPlane;
pub(crate) use heal::heal;
pub(crate) use images::{ETCD as ETCD_IMAGE, use_etcd};
pub(crate) use manifest::run_changed;
pub(crate) use static_pod::StaticPod;
