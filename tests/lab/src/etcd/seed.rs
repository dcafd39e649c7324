// SPDX-License-Identifier: Apache-2.0

use super::EtcdCtl;
use crate::error::Result;
use crate::node::Node;

/// etcd's default for `--max-txn-ops`.
const OPERATIONS: usize = 128;

/// Fills the store with `keys` keys shaped like Kubernetes', some written twice, so that the
/// database has branch pages, old revisions and enough leaves to damage. They lie under a resource
/// that no API server serves: it would choke on values that are not its own.
pub(crate) fn seed(ctl: &EtcdCtl, node: &Node, keys: usize) -> Result<()> {
    let first: Vec<usize> = (0..keys).collect();
    let again: Vec<usize> = (0..keys).step_by(3).collect();
    for (round, numbers) in [first, again].iter().enumerate() {
        for chunk in numbers.chunks(OPERATIONS) {
            let puts: String = chunk.iter().map(|number| put(*number, round)).collect();
            ctl.on([node])
                .args(["txn"])
                .input(format!("\n{puts}\n\n"))
                .ok()?;
        }
    }
    Ok(())
}

fn put(number: usize, round: usize) -> String {
    let name = format!("widget-{number:04}");
    let value = serde_json::json!({
        "kind": "Widget",
        "metadata": {"name": name, "generation": round},
        "spec": format!("{number:04}-{round}-").repeat(150),
    });
    // A Go string: etcdctl cuts a single-quoted one at its first double quote.
    let quoted = serde_json::Value::String(value.to_string());
    format!("put /registry/lab.kubectl-etcd.dev/widgets/default/{name} {quoted}\n")
}
