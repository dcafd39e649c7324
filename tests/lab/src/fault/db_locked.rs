// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use super::change::{db, label};
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::run::Run;
use crate::{process, wait};

pub(super) const FAULT: Fault = Fault {
    name: "db-locked",
    what: "another process holds the database's lock",
    apply,
    // etcd says so after ten seconds of waiting.
    settled: |_, node| settled::log_says(node, &["holds the file lock", "is flocked by another"]),
};

fn apply(_: &Lab, node: &Node) -> Result<()> {
    node.stop_etcd()?;
    let db = db(node);
    let pid = Run::new("flock")
        .args(["--exclusive", "--no-fork"])
        .arg(&db)
        .args(["sleep", "infinity"])
        .detach(&node.folder().join("var-log/db-locked.log"))?;
    process::note(&node.lab, &label(node, "lock"), pid)?;
    wait::until("the lock on the database", Duration::from_secs(10), || {
        let free = Run::new("flock")
            .args(["--exclusive", "--nonblock"])
            .arg(&db)
            .arg("true");
        if free.try_it() {
            Err("not yet taken".to_owned())
        } else {
            Ok(())
        }
    })?;
    node.start_etcd()
}
