// SPDX-License-Identifier: Apache-2.0

//! Names of the containers that the tool makes or keeps.

use crate::replace::node::data::names::is_stamp;

/// Label on every container that the tool makes itself.
pub const LABEL: &str = "io.kubectl-etcd.run";

/// The name under which the old container is kept.
pub fn kept(container: &str, stamp: &str) -> String {
    format!("{container}-before-{stamp}")
}

/// Whether `name` is one under which a container `container` is kept.
pub fn is_kept(name: &str, container: &str) -> bool {
    base(name) == container && name != container
}

/// The name that a kept container had; any other name as it is.
pub fn base(name: &str) -> &str {
    match name.rsplit_once("-before-") {
        Some((base, stamp)) if is_stamp(stamp) => base,
        _ => name,
    }
}

/// The container that holds the lock on the database.
pub fn holder(container: &str) -> String {
    format!("{container}-kubectl-etcd-lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_from_what_merely_looks_alike() {
        assert!(is_kept(&kept("etcd", "20261122T101530Z"), "etcd"));
        for name in [
            "etcd-before-upgrade",
            "etcd",
            "etcd2-before-20261122T101530Z",
        ] {
            assert!(!is_kept(name, "etcd"), "{name}");
        }
    }
}
