// SPDX-License-Identifier: Apache-2.0

//! Other faults that a replacement cures, another version, an image without a shell, five members.

use lab::fault::Fault;
use lab::{Image, LabSpec};

use crate::stand::Stand;

fn cured(fault: &str, node: usize) {
    let stand = Stand::broken(fault, node);
    let output = stand.replace(&["node", &stand.name(node), "--yes"]);
    assert_eq!(output.code, Some(0), "{fault}: {output:?}");
    stand.assert_whole();
}

#[test]
fn both_heads_of_the_database_broken() {
    cured("meta-both", 0);
}

#[test]
fn a_damaged_record_in_the_write_ahead_log() {
    cured("wal-record", 1);
}

#[test]
fn a_missing_write_ahead_log() {
    cured("wal-missing", 2);
}

/// It answers every read and is healthy by that; its data is not.
#[test]
fn a_member_whose_data_differs_from_the_majority() {
    cured("diverged-data", 1);
}

/// 3.5.16: learners are not safe there, so a voter is added; and the image has nothing but etcd.
#[test]
fn three_five_sixteen_in_an_image_without_a_shell() {
    let mut spec = LabSpec::named("replace-35")
        .without_api()
        .etcd("3.5.16")
        .unwrap();
    spec.etcd.image = Image::Bare;
    let stand = Stand::of(spec);
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    let plan = stand.replace(&["plan", &stand.name(1)]);
    assert!(plan.stdout.contains("as a voter"), "{plan:?}");
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    stand.assert_survives_restarts(1);
}

/// One of five is dead besides the target: 3.4 would refuse the add after the removal.
#[test]
fn a_second_dead_member_of_five_is_named_before_anything_happens() {
    let stand = Stand::of(LabSpec::named("replace-five").without_api().members(5));
    for node in [1, 4] {
        stand
            .lab
            .break_(Fault::named("multiref").unwrap(), node)
            .unwrap();
    }
    let before = stand.picture(0, 1);
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(
        output.stderr.contains("(change-would-be-refused)"),
        "{output:?}"
    );
    assert!(
        output.stderr.contains(&stand.lab.node(4).member_name()),
        "{output:?}"
    );
    assert_eq!(before, stand.picture(0, 1));
}
