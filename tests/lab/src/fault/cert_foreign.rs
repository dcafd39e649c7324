// SPDX-License-Identifier: Apache-2.0

use super::certificate::replace;
use super::fault_type::Fault;
use super::settled;
use crate::error::Result;
use crate::etcd::Pki;
use crate::lab_type::Lab;
use crate::node::Node;

pub(super) const FAULT: Fault = Fault {
    name: "cert-foreign",
    what: "the member's certificate is from another CA",
    apply,
    settled: settled::does_not_answer,
};

fn apply(lab: &Lab, node: &Node) -> Result<()> {
    let foreign = Pki::make(&lab.folder().join("pki-foreign"), "kube-ca")?;
    replace(lab, node, &foreign, None)
}
