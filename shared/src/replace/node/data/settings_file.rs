// SPDX-License-Identifier: Apache-2.0

use node_helper::{Kind, Outcome};

use super::names;
use crate::replace::node::NodeError;
use crate::replace::node::hands::{HelperHands, check};

/// Replaces etcd's config file by `text`: the old one is kept beside it, the new one is written
/// beside and moved in, with the old one's owner and mode. Returns where the old one is kept.
///
/// # Errors
/// It is no regular file, or the old one could not be kept or the new one not written.
pub async fn replace_settings_file(
    hands: &dyn HelperHands,
    path: &str,
    text: &str,
    stamp: &str,
) -> Result<String, NodeError> {
    let kept = names::aside(path, stamp);
    let lines = check(
        hands.place(),
        hands
            .run(&["stat", path, "--", "stat", &kept], None)
            .await?,
    )?;
    let kind_of = |wanted: &str| {
        lines.iter().find_map(|line| match line {
            Outcome::Stat(stat) if stat.path == wanted => Some(stat.kind),
            _ => None,
        })
    };
    if kind_of(path) != Some(Kind::File) {
        return Err(NodeError::Unexpected {
            place: hands.place().to_owned(),
            why: format!("\"{path}\" is not a regular file"),
        });
    }
    // An interrupted run kept the first one already; that is the one as it was before.
    if kind_of(&kept) == Some(Kind::Absent) {
        let lines = hands.run(&["copy", path, &kept], None).await?;
        check(hands.place(), lines)?;
    }
    let words = ["write", path, "--from", hands.content_path()];
    let lines = hands.run(&words, Some(text.as_bytes())).await?;
    check(hands.place(), lines)?;
    Ok(kept)
}
