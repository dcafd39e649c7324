// SPDX-License-Identifier: Apache-2.0

//! Names of what the tool writes and keeps beside a member's data.

/// File name of the lock beside the data.
pub const LOCK_FILE: &str = ".kubectl-etcd-replace.lock";

/// File name of the run record beside the data.
pub const RECORD_FILE: &str = ".kubectl-etcd-replace.run";

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
pub fn is_stamp(text: &str) -> bool {
    text.len() == 16
        && text.chars().enumerate().all(|(at, c)| match at {
            8 => c == 'T',
            15 => c == 'Z',
            _ => c.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_is_told_from_what_merely_looks_alike() {
        assert!(is_aside(&aside("member/", "20261122T101530Z"), "member"));
        for name in [
            "member",
            "member.before-upgrade",
            "members.before-20261122T101530Z",
        ] {
            assert!(!is_aside(name, "member"), "{name}");
        }
    }
}
