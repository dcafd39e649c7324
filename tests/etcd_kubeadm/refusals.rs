// SPDX-License-Identifier: Apache-2.0
//! What is refused on this path, and that nothing changes then.

use std::fs;

use crate::stand::Stand;

/// The known trap: the kubelet runs every file of its folder.
#[test]
fn a_second_manifest_in_the_folder_is_found_and_named() {
    let stand = Stand::broken(1);
    let manifest = stand.manifest(1);
    let backup = manifest.with_file_name("etcd.yaml.backup");
    fs::copy(&manifest, &backup).unwrap();
    let before = stand.picture(0, 1);
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("etcd.yaml.backup"), "{output:?}");
    assert!(output.stderr.contains("(extra-manifest)"), "{output:?}");
    assert_eq!(before, stand.picture(0, 1));
    assert_eq!(stand.helpers(), "");
}

#[test]
fn a_healthy_member_is_left_alone() {
    let stand = Stand::new();
    let before = stand.picture(0, 1);
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(target-healthy)"), "{output:?}");
    assert_eq!(before, stand.picture(0, 1));
}
