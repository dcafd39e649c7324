//! Reads etcd's files offline.
