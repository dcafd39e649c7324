//! Names of what the tool makes on a node.

/// Label on every container that the tool makes itself.
pub const LABEL: &str = "io.kubectl-etcd.run";

/// File name of the lock beside the data.
pub const LOCK_FILE: &str = ".kubectl-etcd-replace.lock";

/// File name of the run record beside the data.
pub const RECORD_FILE: &str = ".kubectl-etcd-replace.run";

/// The name under which the old container is kept.
pub fn kept(container: &str, stamp: &str) -> String {
    format!("{container}-before-{stamp}")
}

/// Whether `name` is one under which a container `container` is kept.
pub fn is_kept(name: &str, container: &str) -> bool {
    name.strip_prefix(container)
        .and_then(|rest| rest.strip_prefix("-before-"))
        .is_some_and(is_stamp)
}

/// The name under which `path` is set aside.
pub fn aside(path: &str, stamp: &str) -> String {
    format!("{}.before-{stamp}", path.trim_end_matches('/'))
}

/// Whether `name` (a file name) is `base` set aside.
pub fn is_aside(name: &str, base: &str) -> bool {
    name.strip_prefix(base)
        .and_then(|rest| rest.strip_prefix(".before-"))
        .is_some_and(is_stamp)
}

/// `20261122T101530Z`.
fn is_stamp(text: &str) -> bool {
    text.len() == 16
        && text.chars().enumerate().all(|(at, c)| match at {
            8 => c == 'T',
            15 => c == 'Z',
            _ => c.is_ascii_digit(),
        })
}

/// The container that holds the lock on the database.
pub fn holder(container: &str) -> String {
    format!("{container}-kubectl-etcd-lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_is_told_from_what_merely_looks_alike() {
        let stamp = "20261122T101530Z";
        assert!(is_kept(&kept("etcd", stamp), "etcd"));
        assert!(is_aside(&aside("member/", stamp), "member"));
        for name in [
            "etcd-before-upgrade",
            "etcd",
            "etcd2-before-20261122T101530Z",
        ] {
            assert!(!is_kept(name, "etcd"), "{name}");
        }
    }
}
