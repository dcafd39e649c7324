//! A real kube-apiserver on the lab's etcd, and the Node objects in it.

mod nodes;
mod server;

pub(crate) use server::ApiServer;
