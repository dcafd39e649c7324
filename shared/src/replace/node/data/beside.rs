// SPDX-License-Identifier: Apache-2.0

use node_helper::Outcome;

use super::{Places, names};
use crate::replace::node::hands::{HelperHands, check};
use crate::replace::node::{NodeError, RunRecord};
use crate::replace::refusals::Refusal;
use crate::replace::world::LockHolder;

/// Writes the lock file beside the data.
///
/// # Errors
/// Another run's lies there (a refusal), or it cannot be written.
pub async fn write_lock(
    hands: &dyn HelperHands,
    places: &Places,
    holder: &LockHolder,
) -> Result<(), NodeError> {
    let content = serde_json::to_vec(holder).map_err(|error| unexpected(hands, &error))?;
    if write(hands, places, names::LOCK_FILE, &content, true).await? {
        return Ok(());
    }
    let path = places.beside(names::LOCK_FILE);
    let lines = check(hands.place(), hands.run(&["read", &path], None).await?)?;
    let bytes = node_helper::read_content(&lines, &path).unwrap_or_default();
    let theirs = read_lock(&bytes);
    if theirs.run == holder.run {
        return Ok(());
    }
    Err(NodeError::Refused(Box::new(Refusal {
        id: "another-replace".to_owned(),
        ..Refusal::new(
            format!(
                "{} has the lock file of a replacement begun by {} at {} (run {})",
                hands.place(),
                theirs.who,
                theirs.since,
                theirs.run
            ),
            "let that one finish, or resume it",
        )
    })))
}

/// Who wrote a lock file; one that cannot be read is still a lock.
pub fn read_lock(bytes: &[u8]) -> LockHolder {
    serde_json::from_slice(bytes).unwrap_or_else(|_| LockHolder {
        run: "unknown".to_owned(),
        who: "an unknown user".to_owned(),
        since: "an unknown time".to_owned(),
    })
}

/// Writes the run record beside the data.
///
/// # Errors
/// It cannot be written.
pub async fn write_record(
    hands: &dyn HelperHands,
    places: &Places,
    record: &RunRecord,
) -> Result<(), NodeError> {
    let content = serde_json::to_vec(record).map_err(|error| unexpected(hands, &error))?;
    write(hands, places, names::RECORD_FILE, &content, false)
        .await
        .map(drop)
}

/// Takes lock file and record away.
///
/// # Errors
/// They are there and cannot be removed.
pub async fn release(hands: &dyn HelperHands, places: &Places) -> Result<(), NodeError> {
    let (lock, record) = (
        places.beside(names::LOCK_FILE),
        places.beside(names::RECORD_FILE),
    );
    let words = ["release", &lock, "--", "release", &record];
    let lines = hands.run(&words, None).await?;
    check(hands.place(), lines).map(drop)
}

/// Whether it was written: with `new` an existing file is left as it is.
async fn write(
    hands: &dyn HelperHands,
    places: &Places,
    name: &str,
    content: &[u8],
    new: bool,
) -> Result<bool, NodeError> {
    let path = places.beside(name);
    let from = hands.content_path();
    let mut words = vec!["write", &path, "--from", from, "--mode", "600"];
    if new {
        words.push("--new");
    }
    let lines = hands.run(&words, Some(content)).await?;
    let exists = lines
        .iter()
        .any(|line| matches!(line, Outcome::Failed { errno: 17, tried, .. } if tried == "rename"));
    if exists {
        return Ok(false);
    }
    check(hands.place(), lines).map(|_| true)
}

fn unexpected(hands: &dyn HelperHands, why: &dyn std::fmt::Display) -> NodeError {
    NodeError::Unexpected {
        place: hands.place().to_owned(),
        why: why.to_string(),
    }
}
