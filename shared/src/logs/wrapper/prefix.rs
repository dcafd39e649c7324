// SPDX-License-Identifier: Apache-2.0

use super::Peeled;
use crate::logs::format::rfc3339;
use crate::logs::line::Wrapper;

/// What the clients of container logs put before a line: a time (`--timestamps`),
/// `[pod/NAME/CONTAINER]` (`kubectl logs --prefix`), `NAME  | ` (docker compose).
pub(super) fn peel(line: &str) -> Option<Peeled<'_>> {
    if let Some((tag, rest)) = line
        .strip_prefix("[pod/")
        .and_then(|rest| rest.split_once("] "))
        && !tag.contains(' ')
    {
        return Some(Peeled::new(Wrapper::Prefix, rest));
    }
    let (first, rest) = line.split_once(' ')?;
    if let Some(time) = rfc3339(first) {
        return Some(Peeled {
            time: Some(time),
            ..Peeled::new(Wrapper::Prefix, rest)
        });
    }
    let rest = rest.trim_start_matches(' ').strip_prefix("| ")?;
    // A capnslog line has its bar behind three words.
    (!first.is_empty() && !first.starts_with('{')).then(|| Peeled::new(Wrapper::Prefix, rest))
}
