// SPDX-License-Identifier: Apache-2.0

use node_helper::{Kind, Outcome};

use super::Places;
use crate::replace::node::NodeError;
use crate::replace::node::hands::{HelperHands, check};
use crate::replace::refusals::Refusal;

/// Takes the exclusive lock that etcd takes on its database, in a process that outlives this one;
/// where there is no database there is nothing to hold.
///
/// # Errors
/// Another process holds it (a refusal), or it could not be taken.
pub async fn hold(hands: &dyn HelperHands, places: &Places) -> Result<(), NodeError> {
    if hands.holder_runs().await? {
        return Ok(());
    }
    let database = places.database();
    let lines = hands.run(&["stat", &database], None).await?;
    let is_absent =
        |line: &Outcome| matches!(line, Outcome::Stat(stat) if stat.kind == Kind::Absent);
    if lines.iter().any(is_absent) {
        return Ok(());
    }
    let said = hands.start_holder(&["lock", &database]).await?;
    match said.first() {
        Some(Outcome::Lock { .. }) => Ok(()),
        Some(Outcome::Failed {
            held_by_another: true,
            ..
        }) => {
            hands.end_holder().await?;
            Err(NodeError::Refused(Box::new(Refusal {
                id: "data-in-use".to_owned(),
                ..Refusal::new(
                    format!(
                        "another process holds the database \"{database}\" of {}",
                        hands.place()
                    ),
                    "find it on the node with `fuser` or `lsof` on that file and end it; then look again, the member may need no replacement",
                )
            })))
        }
        _ => {
            let failed = check(hands.place(), said);
            hands.end_holder().await?;
            failed?;
            Err(NodeError::Unexpected {
                place: hands.place().to_owned(),
                why: "the lock on the database could not be taken".to_owned(),
            })
        }
    }
}
