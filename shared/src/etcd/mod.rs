//! etcd's own API.
