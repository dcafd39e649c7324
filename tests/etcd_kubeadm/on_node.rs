// SPDX-License-Identifier: Apache-2.0
//! On the node itself, without the API: `--local`.

use crate::stand::{REPLACE, Stand};

#[test]
fn the_member_of_this_machine_is_replaced_by_plain_file_moves() {
    let stand = Stand::broken(2);
    let node = stand.lab.node(2);
    let run = |words: &[&str]| {
        let home = stand.home.path().display().to_string();
        node.run(["env", "-u", "KUBECONFIG", "NO_COLOR=1"])
            .unwrap()
            .args([format!("HOME={home}"), REPLACE.to_owned()])
            .args(words)
            .within(std::time::Duration::from_secs(240))
            .done()
            .unwrap()
    };
    let other = run(&["node", &stand.name(1), "--local", "--yes"]);
    assert!(!other.success, "only its own member: {other:?}");
    let done = run(&["node", &stand.name(2), "--local", "--yes"]);
    assert!(done.success, "{done:?}");
    assert!(done.stdout.contains("replaced member"), "{done:?}");
    stand.assert_whole();
    stand.assert_well();
}
