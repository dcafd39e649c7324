//! How faults show: what to wait for after applying one.

use std::time::Duration;

use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait;

const WITHIN: Duration = Duration::from_secs(60);

/// The engine has started the container again at least once, and it has failed again.
pub(super) fn crash_loops(_: &Lab, node: &Node) -> Result<()> {
    wait::until(
        &format!("a crash loop of etcd on {}", node.name),
        WITHIN,
        || {
            let state = node.container("etcd").map_err(|error| error.to_string())?;
            if state.restart_count >= 1 && state.status == "restarting" {
                Ok(())
            } else {
                Err(format!("{state:?}"))
            }
        },
    )
}
