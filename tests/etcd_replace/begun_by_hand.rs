// SPDX-License-Identifier: Apache-2.0

//! States that a person left halfway, beside those of the start table (`cells`).

use crate::stand::Stand;

#[test]
fn a_leftover_force_new_cluster_does_not_come_along() {
    let stand = Stand::broken("leftover-force-new-cluster", 1);
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let words = stand.inspect(1, "etcd")["Config"].to_string();
    assert!(!words.contains("force-new-cluster"), "{words}");
    stand.assert_survives_restarts(1);
}
