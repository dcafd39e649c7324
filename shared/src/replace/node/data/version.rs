// SPDX-License-Identifier: Apache-2.0

use crate::model::Version;
use crate::replace::node::hands::HelperHands;

/// What `etcd --version` of the image says; `None` where it could not be told.
pub async fn etcd_version(hands: &dyn HelperHands, program: &str) -> Option<Version> {
    version_in(&hands.program_version(program).await.ok()?)
}

/// The version that etcd says in its log at each start: the last one.
pub fn logged_version(lines: &[String]) -> Option<Version> {
    lines.iter().rev().find_map(|line| {
        let after = |mark: &str| line.split_once(mark).map(|(_, rest)| rest);
        // 3.4 in plain text (etcdmain/etcd.go), 3.5 and newer in JSON.
        let rest = after("etcd Version: ").or_else(|| after("\"etcd-version\":\""))?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !".-+".contains(c));
        rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
    })
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
        for line in [
            "2026-11-25 00:21:17 I | etcdmain: etcd Version: 3.4.23",
            "{\"level\":\"info\",\"msg\":\"starting\",\"etcd-version\":\"3.4.23\",\"git-sha\":\"x\"}",
        ] {
            let version = logged_version(&[line.to_owned(), "other".to_owned()]);
            assert_eq!(version.unwrap().to_string(), "3.4.23");
        }
    }
}
