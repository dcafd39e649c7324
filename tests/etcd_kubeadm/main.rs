// SPDX-License-Identifier: Apache-2.0
//! `kubectl etcd-replace` and `kubectl etcd-health` on a kubeadm cluster, with nothing but a
//! kubeconfig: real kubelets, real static pods, a balancer before the API servers.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // figures are printed

mod client;
mod in_cluster;
mod incident;
mod interruptions;
mod on_node;
mod refusals;
mod stand;
