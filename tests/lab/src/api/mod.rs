// SPDX-License-Identifier: Apache-2.0

//! What answers for Kubernetes: one kube-apiserver on the lab's etcd with the Node objects in it,
//! or the static pods of a kubeadm cluster.

mod api_type;
mod nodes;
mod server;

pub(crate) use api_type::Api;
pub(crate) use server::ApiServer;
