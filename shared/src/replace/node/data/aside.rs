// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use node_helper::{Kind, Outcome};

use super::{Places, names};
use crate::replace::node::NodeError;
use crate::replace::node::hands::{HelperHands, check};

/// Renames the member's data beside itself; returns the pairs (from, to), also of what an earlier
/// life of the run had renamed already.
///
/// # Errors
/// A rename failed.
pub async fn set_aside(
    hands: &dyn HelperHands,
    places: &Places,
    stamp: &str,
) -> Result<Vec<(String, String)>, NodeError> {
    let mut done = Vec::new();
    for path in places.to_set_aside() {
        let mut to = names::aside(&path, stamp);
        let words = ["stat", &path, "--", "stat", &to];
        let lines = check(hands.place(), hands.run(&words, None).await?)?;
        let absent = |wanted: &str| {
            lines.iter().any(|line| {
                matches!(line, Outcome::Stat(stat)
                    if stat.path == wanted && stat.kind == Kind::Absent)
            })
        };
        if !absent(&path) && !absent(&to) {
            // An interrupted run set the first data aside already; what is there now is newer.
            to = names::aside(&path, &crate::replace::run::stamp(Timestamp::now()));
        }
        if !absent(&path) {
            let lines = hands.run(&["rename", &path, &to], None).await?;
            check(hands.place(), lines)?;
        }
        done.push((path, to));
    }
    Ok(done)
}

/// Removes one set-aside folder for good.
///
/// # Errors
/// It is none, or cannot be removed.
pub async fn remove_aside(hands: &dyn HelperHands, path: &str) -> Result<(), NodeError> {
    let lines = hands.run(&["remove-aside", path], None).await?;
    check(hands.place(), lines).map(drop)
}
