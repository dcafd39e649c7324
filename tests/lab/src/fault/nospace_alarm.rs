// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::lab_type::Lab;
use crate::node::Node;
use crate::wait;

pub(super) const FAULT: Fault = Fault {
    name: "nospace-alarm",
    what: "the database has reached its quota on one member: NOSPACE, every write refused",
    apply,
    settled: |lab, node| {
        wait::until("the alarm", Duration::from_secs(30), || {
            let alarms = lab
                .etcdctl_on([node])
                .args(["alarm", "list"])
                .ok()
                .map_err(|error| error.to_string())?;
            if alarms.contains("NOSPACE") {
                Ok(())
            } else {
                Err(alarms)
            }
        })
    },
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    lab.container_for(node)
        .flag("quota-backend-bytes", "65536")
        .run(node)?;
    settled::does_answer(lab, node)?;
    // The write that finds the quota exceeded raises the alarm; it fails itself.
    lab.etcdctl_on([node])
        .args(["put", "lab-over-quota", "x"])
        .done()
        .map(|_| ())
}
