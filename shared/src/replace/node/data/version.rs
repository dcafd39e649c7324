// SPDX-License-Identifier: Apache-2.0

use crate::model::Version;
use crate::replace::node::hands::HelperHands;

/// What `etcd --version` of the image says; `None` where it could not be told.
pub async fn etcd_version(hands: &dyn HelperHands, program: &str) -> Option<Version> {
    version_in(&hands.program_version(program).await.ok()?)
}

/// `etcd Version: 3.4.23` in what `etcd --version` prints.
fn version_in(text: &str) -> Option<Version> {
    text.lines()
        .find_map(|line| line.trim().strip_prefix("etcd Version:"))
        .and_then(|version| version.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_etcd_prints() {
        let text = "etcd Version: 3.5.16\nGit SHA: abc\nGo Version: go1.22\n";
        assert_eq!(version_in(text).unwrap().to_string(), "3.5.16");
        assert_eq!(version_in("etcd: not found"), None);
    }
}
