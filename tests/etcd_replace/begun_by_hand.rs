//! States that a person left halfway: the world decides where it starts.

use crate::stand::Stand;

/// As the incident's owner left it: removed, wiped, added again, started with `new`.
#[test]
fn removed_wiped_added_and_started_with_new() {
    let stand = Stand::broken("wiped-new-other-list", 1);
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    stand.assert_survives_restarts(1);
}

#[test]
fn added_and_stopped_before_it_ever_joined() {
    let stand = Stand::broken("wiped-new-other-list", 1);
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

#[test]
fn removed_and_the_old_data_left_there() {
    let stand = Stand::broken("stale-data-after-removal", 2);
    let output = stand.replace(&["node", &stand.name(2), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

#[test]
fn a_foreign_cluster_of_one_at_its_address() {
    let stand = Stand::broken("foreign-single-member", 1);
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
}

#[test]
fn stopped_by_a_person_before() {
    let stand = Stand::broken("multiref", 1);
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    let policy = stand.inspect(1, "etcd")["HostConfig"]["RestartPolicy"]["Name"].clone();
    assert_eq!(policy, "always", "as it was asked for at the beginning");
}

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
