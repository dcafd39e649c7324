// SPDX-License-Identifier: Apache-2.0

//! One file per kind of place; each looks at the objects and says whether it is this one.

pub(super) mod external;
pub(super) mod kops;
pub(super) mod kubeadm;
pub(super) mod node_service;
pub(super) mod none;
pub(super) mod openshift;
pub(super) mod other_pods;
pub(super) mod rke2;
pub(super) mod talos;
